package balancer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

const cookieName = "AWSALBTG"

// cookieOf is the value that stands for a target group in a cookie.
func cookieOf(groupARN string) string {
	sum := sha256.Sum256([]byte(groupARN))
	return hex.EncodeToString(sum[:16])
}

// appendSticky writes the two cookies of ALB: the plain one, and the one that
// browsers send along with requests from other sites.
func appendSticky(out []byte, value string, lasts time.Duration) []byte {
	expires := time.Now().Add(lasts).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
	out = append(out, "Set-Cookie: "+cookieName+"="+value+"; Expires="+expires+"; Path=/\r\n"...)
	return append(out, "Set-Cookie: "+cookieName+"CORS="+value+"; Expires="+expires+"; Path=/; SameSite=None; Secure\r\n"...)
}

// stickyTo finds the share that the request's cookie names, if there is one.
func (c *client) stickyTo(shares []share) *share {
	for _, f := range c.request.fields {
		if classify(f.name) != fieldCookie {
			continue
		}
		for rest := f.value; len(rest) > 0; {
			var pair []byte
			pair, rest, _ = bytes.Cut(rest, []byte(";"))
			name, value, _ := bytes.Cut(bytes.TrimSpace(pair), []byte("="))
			if string(name) != cookieName && string(name) != cookieName+"CORS" {
				continue
			}
			for i := range shares {
				if shares[i].group.cookie == string(value) {
					return &shares[i]
				}
			}
		}
	}
	return nil
}
