package cli

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"photon/internal/cloud"
	"photon/internal/engine/server"
	"photon/internal/spec"
)

// The world in which a file is rehearsed when it names none.
const (
	localAccount = "000000000000"
	localRegion  = "us-east-1"
)

// accounts opens each account and region once for all files of a run.
type accounts struct {
	flags  *flags
	engine *server.Status // of --local, once it runs
	open   map[string]*cloud.Account
}

// of opens the account in which s is deployed.
func (o *accounts) of(ctx context.Context, s *spec.Spec) (*cloud.Account, error) {
	options := cloud.Options{Region: cmp.Or(o.flags.region, s.AWS.Region), Profile: o.flags.profile}
	if o.flags.local {
		if err := o.rehearse(ctx, s, &options); err != nil {
			return nil, err
		}
	}
	key := options.Region + "/" + options.Profile
	if o.flags.local {
		key = options.Region + "/" + s.AWS.Account
	}
	if account, ok := o.open[key]; ok {
		return account, nil
	}
	account, err := cloud.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	if o.open == nil {
		o.open = map[string]*cloud.Account{}
	}
	o.open[key] = account
	return account, nil
}

// rehearse points options at this machine's engine. An access key of twelve
// digits is how the engine is told which account to be.
func (o *accounts) rehearse(ctx context.Context, s *spec.Spec, options *cloud.Options) error {
	if o.engine == nil {
		status, err := startEngine(ctx)
		if err != nil {
			return err
		}
		o.engine = &status
	}
	options.Region = cmp.Or(options.Region, localRegion)
	options.Endpoint = o.engine.Endpoint
	options.Credentials = credentials.NewStaticCredentialsProvider(cmp.Or(s.AWS.Account, localAccount), "engine", "")
	options.Images = dockerImages(o.engine.Registry)
	return nil
}

// dockerImages finds images in the store of the Docker Engine under an engine:
// --local can run them without any registry.
func dockerImages(address string) cloud.ImageSource {
	return func(ctx context.Context, reference, _ string) (cloud.Image, bool, error) {
		image, found, err := server.FindImage(ctx, address, reference)
		return cloud.Image{Digest: image.Digest, Platforms: []string{image.Platform}}, found, err
	}
}
