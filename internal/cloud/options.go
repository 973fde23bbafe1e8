package cloud

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// Options say how to reach AWS. The zero value is the SDK's standard chain:
// environment, shared files, SSO, container and instance roles.
type Options struct {
	Region      string
	Profile     string
	Endpoint    string                  // of every service; AWS_ENDPOINT_URL works by itself
	Credentials aws.CredentialsProvider // nil: the standard chain
	HTTPClient  *http.Client            // nil: the SDK's own
	Images      ImageSource             // an additional source of images; may be nil
}

// ImageSource looks an image up somewhere besides registries. It reports
// false when it does not have the image.
type ImageSource func(ctx context.Context, reference, platform string) (Image, bool, error)

const maxAttempts = 8

// Open connects to AWS. It reads configuration and credentials and calls no
// service. Errors are *RegionError and *CredentialsError.
func Open(ctx context.Context, o Options) (*Account, error) {
	limits := newLimits()
	load := []func(*config.LoadOptions) error{
		config.WithRetryer(newRetryer),
		config.WithAPIOptions(slices.Concat(limits.options(), new(together).options())),
		config.WithLogger(logging.Nop{}), // the SDK's own remarks would stand between the events
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Endpoint != "" {
		load = append(load, config.WithBaseEndpoint(o.Endpoint))
	}
	if o.Credentials != nil {
		load = append(load, config.WithCredentialsProvider(o.Credentials))
	}
	if o.HTTPClient != nil {
		load = append(load, config.WithHTTPClient(o.HTTPClient))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, configurationError(err)
	}
	if cfg.Region == "" {
		return nil, &RegionError{}
	}
	_, err = cfg.Credentials.Retrieve(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, credentialsError(err)
	}
	return newAccount(cfg, o), nil
}

func configurationError(err error) error {
	var profile config.SharedConfigProfileNotExistError
	if errors.As(err, &profile) {
		return &CredentialsError{Reason: "profile " + profile.Profile + " does not exist"}
	}
	return &Error{Subject: "AWS configuration", Message: reasonOf(err), cause: err}
}

// credentialsError tells credentials that cannot be used from none at all:
// then the chain ends with its last link, the metadata of an EC2 instance.
func credentialsError(err error) error {
	if strings.Contains(err.Error(), "IMDS") {
		return &CredentialsError{Reason: "none were found"}
	}
	return &CredentialsError{Reason: reasonOf(err)}
}

func newAccount(cfg aws.Config, o Options) *Account {
	transport := http.DefaultTransport
	if o.HTTPClient != nil && o.HTTPClient.Transport != nil {
		transport = o.HTTPClient.Transport
	}
	return &Account{
		region:    cfg.Region,
		opened:    time.Now(),
		clients:   newClients(cfg),
		transport: transport,
		images:    o.Images,
		knowledge: knowledge{ids: newBook()},
	}
}

// newRetryer repeats throttled, broken and unanswered calls, mutating ones
// too: every call that this package makes is safe to repeat. It has no quota
// of retries: many services deployed side by side are throttled together, and
// each of them is to get through.
func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.RateLimiter = ratelimit.None
		o.Retryables = append(o.Retryables, retry.RetryableErrorCode{Codes: map[string]struct{}{
			"ConcurrentModification":      {}, // IAM
			"OperationAbortedException":   {}, // CloudWatch Logs, of concurrent calls
			"ServerException":             {}, // ECS
			"ServiceUnavailable":          {},
			"ServiceUnavailableException": {},
		}})
	})
}
