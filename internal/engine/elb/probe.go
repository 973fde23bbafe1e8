package elb

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// probe asks a target once whether it is well.
func (e *ELB) probe(ctx context.Context, shape types.TargetGroup, target netip.AddrPort) outcome {
	if port, err := strconv.Atoi(aws.ToString(shape.HealthCheckPort)); err == nil {
		target = netip.AddrPortFrom(target.Addr(), uint16(port))
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*shape.HealthCheckTimeoutSeconds)*time.Second)
	defer cancel()
	status, err := e.get(ctx, target, aws.ToString(shape.HealthCheckPath))
	slow := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
	return outcome{status: status, slow: slow}
}

// get makes one request on a connection of its own and returns the status.
func (e *ELB) get(ctx context.Context, target netip.AddrPort, path string) (int, error) {
	conn, err := e.parts.Dial(ctx, target)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	request := "GET " + path + " HTTP/1.1\r\nHost: " + target.String() +
		"\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	response.Body.Close()
	return response.StatusCode, nil
}
