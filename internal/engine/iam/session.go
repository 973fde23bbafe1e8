package iam

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"photon/internal/engine/wire"
)

// session is who a temporary access key belongs to, until when.
type session struct {
	ARN, ID string
	Expires time.Time
}

const sessionName wire.Pattern = `^[\w+=,.@-]{2,64}$`

// caller is the ARN of who makes the call.
func (i *IAM) caller(ctx context.Context) string {
	arn, _ := i.identity(ctx)
	return arn
}

func (i *IAM) identity(ctx context.Context) (arn, id string) {
	call := wire.From(ctx)
	if s, ok := i.sessions.Get(call.AccessKey); ok && s.ARN != "" && time.Now().Before(s.Expires) {
		return s.ARN, s.ID
	}
	return userARN(call.Account), userID
}

func (i *IAM) getCallerIdentity(ctx context.Context, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	arn, id := i.identity(ctx)
	return &sts.GetCallerIdentityOutput{Account: aws.String(wire.From(ctx).Account), Arn: &arn, UserId: &id}, nil
}

func (i *IAM) assumeRole(ctx context.Context, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	arn, name := aws.ToString(in.RoleArn), aws.ToString(in.RoleSessionName)
	if !sessionName.MatchString(name) {
		return nil, invalid("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}", name)
	}
	caller := i.caller(ctx)
	r, ok := i.trusting(ctx, arn, caller)
	if !ok {
		return nil, wire.Fault("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller, arn)
	}
	duration, err := lifetime(in.DurationSeconds, 3600, 43200)
	if err != nil {
		return nil, err
	}
	if duration > time.Duration(r.MaxSession)*time.Second {
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	s := session{ARN: assumedARN(r, name), ID: r.ID + ":" + name, Expires: time.Now().Add(duration)}
	return &sts.AssumeRoleOutput{
		AssumedRoleUser: &types.AssumedRoleUser{Arn: &s.ARN, AssumedRoleId: &s.ID},
		Credentials:     i.credentials(s),
	}, nil
}

func (i *IAM) getSessionToken(ctx context.Context, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	duration, err := lifetime(in.DurationSeconds, 43200, 129600)
	if err != nil {
		return nil, err
	}
	arn, id := i.identity(ctx)
	return &sts.GetSessionTokenOutput{Credentials: i.credentials(session{ARN: arn, ID: id, Expires: time.Now().Add(duration)})}, nil
}

func lifetime(seconds *int32, fallback, most int32) (time.Duration, error) {
	if seconds == nil {
		return time.Duration(fallback) * time.Second, nil
	}
	if *seconds < 900 || *seconds > most {
		return 0, invalid("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and %d", *seconds, most)
	}
	return time.Duration(*seconds) * time.Second, nil
}

// credentials makes temporary credentials for a session and forgets those
// that have expired. The access key names the account, for the wire; only it
// is kept, because the engine checks no signature.
func (i *IAM) credentials(s session) *types.Credentials {
	for key, old := range i.sessions.All("") {
		if time.Now().After(old.Expires) {
			i.sessions.Delete(key)
		}
	}
	key := "ASIA" + accountOf(s.ARN) + rand.Text()[:12]
	i.sessions.Put(key, s)
	return &types.Credentials{
		AccessKeyId: &key, SecretAccessKey: aws.String(rand.Text() + rand.Text()[:14]), SessionToken: aws.String(rand.Text() + rand.Text()),
		Expiration: &s.Expires,
	}
}
