package ecr

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

var orders = aws.String("orders")

func TestPushedImagesAreDescribed(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.create(t, "orders")
	first, second := newImage(t, 2), newImage(t, 1)
	b.push(t, "orders:1", first)
	digest := b.push(t, "orders:latest", first)
	untagged := b.push(t, "orders:moved", second)
	b.push(t, "orders:moved", first)

	out, err := b.client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: orders, ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("1")}}})
	if err != nil {
		t.Fatal(err)
	}
	layers, err := first.Layers()
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, layer := range layers {
		n, err := layer.Size()
		if err != nil {
			t.Fatal(err)
		}
		size += n
	}
	got := out.ImageDetails[0]
	if *got.ImageDigest != digest || !slices.Equal(got.ImageTags, []string{"1", "latest", "moved"}) || *got.ImageSizeInBytes != size ||
		*got.ImageManifestMediaType != dockerManifest || *got.ArtifactMediaType != "application/vnd.docker.container.image.v1+json" || got.ImagePushedAt.IsZero() {
		t.Errorf("got %+v", got)
	}
	for status, want := range map[types.TagStatus]int{types.TagStatusAny: 4, types.TagStatusTagged: 3, types.TagStatusUntagged: 1} {
		list, err := b.client.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: orders, Filter: &types.ListImagesFilter{TagStatus: status}})
		if err != nil || len(list.ImageIds) != want {
			t.Errorf("%s: %d images, want %d (%v)", status, len(list.ImageIds), want, err)
		}
	}
	rest, err := b.client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: orders, Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusUntagged}})
	if err != nil || len(rest.ImageDetails) != 1 || *rest.ImageDetails[0].ImageDigest != untagged {
		t.Errorf("untagged: %+v, %v", rest, err)
	}
	if _, err = b.client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: orders, ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("9")}}}); faultOf(err) !=
		"ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'9'} does not exist within the repository with name 'orders' in the registry with id '000000000000'" {
		t.Errorf("got %v", err)
	}
	if _, err = b.client.DescribeImageScanFindings(ctx, &ecr.DescribeImageScanFindingsInput{RepositoryName: orders, ImageId: &types.ImageIdentifier{ImageTag: aws.String("1")}}); !strings.HasPrefix(faultOf(err), "ScanNotFoundException") {
		t.Errorf("got %v", err)
	}
}

func TestImagesAreNamedByTagAndDigest(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	image := newImage(t, 1)
	digest := b.push(t, "orders:1", image)
	other := "sha256:" + strings.Repeat("0", 64)
	for _, test := range []struct {
		name, tag, digest, want string
	}{
		{"tag", "1", "", ""},
		{"digest", "", digest, ""},
		{"both", "1", digest, ""},
		{"neither", "", "", "MissingDigestAndTag"},
		{"another tag", "9", "", "ImageNotFound"},
		{"another digest", "", other, "ImageNotFound"},
		{"mismatch", "1", other, "ImageTagDoesNotMatchDigest"},
		{"bad digest", "", "sha256:x", "InvalidImageDigest"},
		{"bad tag", "-", "", "InvalidImageTag"},
	} {
		t.Run(test.name, func(t *testing.T) {
			id := types.ImageIdentifier{}
			if test.tag != "" {
				id.ImageTag = &test.tag
			}
			if test.digest != "" {
				id.ImageDigest = &test.digest
			}
			out, err := b.client.BatchGetImage(context.Background(), &ecr.BatchGetImageInput{RepositoryName: orders, ImageIds: []types.ImageIdentifier{id}})
			if err != nil {
				t.Fatal(err)
			}
			if test.want != "" {
				if len(out.Images) != 0 || len(out.Failures) != 1 || string(out.Failures[0].FailureCode) != test.want {
					t.Errorf("got %+v", out)
				}
				return
			}
			manifest, err := image.RawManifest()
			if err != nil || len(out.Images) != 1 || *out.Images[0].ImageManifest != string(manifest) || *out.Images[0].ImageId.ImageDigest != digest {
				t.Errorf("got %+v, %v", out, err)
			}
		})
	}
	out, err := b.client.BatchGetImage(context.Background(), &ecr.BatchGetImageInput{
		RepositoryName: orders, ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("1")}}, AcceptedMediaTypes: []string{ociManifest},
	})
	if err != nil || len(out.Failures) != 1 {
		t.Errorf("a media type that was not accepted: %+v, %v", out, err)
	}
}

func TestImageGoesWithItsLastTag(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.create(t, "orders")
	image := newImage(t, 1)
	digest := b.push(t, "orders:1", image)
	b.push(t, "orders:2", image)
	for i, tag := range []string{"1", "2"} {
		out, err := b.client.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{RepositoryName: orders, ImageIds: []types.ImageIdentifier{{ImageTag: &tag}}})
		if err != nil || len(out.Failures) != 0 || *out.ImageIds[0].ImageDigest != digest || *out.ImageIds[0].ImageTag != tag {
			t.Errorf("tag %s: %+v, %v", tag, out, err)
		}
		if left := len(files(t, b.dir)); (left == 0) != (i == 1) {
			t.Errorf("after tag %s: %d files", tag, left)
		}
	}
	out, err := b.client.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{RepositoryName: orders, ImageIds: []types.ImageIdentifier{{ImageDigest: &digest}}})
	if err != nil || len(out.Failures) != 1 || out.Failures[0].FailureCode != types.ImageFailureCodeImageNotFound {
		t.Errorf("again: %+v, %v", out, err)
	}
}

func TestTagIsMovedByPutImage(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.create(t, "orders")
	image := newImage(t, 1)
	digest := b.push(t, "orders:1", image)
	manifest, err := image.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	put := func(tag, digest string) error {
		in := &ecr.PutImageInput{RepositoryName: orders, ImageManifest: aws.String(string(manifest)), ImageTag: &tag}
		if digest != "" {
			in.ImageDigest = &digest
		}
		_, err := b.client.PutImage(ctx, in)
		return err
	}
	if err := put("stable", digest); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ tag, digest, want string }{
		{"stable", "", "ImageAlreadyExistsException: Image with digest '" + digest + "' and tag 'stable' already exists in the repository with name 'orders' in registry with id '000000000000'"},
		{"other", "sha256:0", "ImageDigestDoesNotMatchException: The digest 'sha256:0' does not match the digest '" + digest + "' of the image manifest"},
		{"-", "", "InvalidParameterException: Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}''"},
	} {
		if got := faultOf(put(test.tag, test.digest)); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
	if _, err := b.client.PutImageTagMutability(ctx, &ecr.PutImageTagMutabilityInput{RepositoryName: orders, ImageTagMutability: types.ImageTagMutabilityImmutable}); err != nil {
		t.Fatal(err)
	}
	manifest = append(manifest, '\n')
	want := "ImageTagAlreadyExistsException: The image tag 'stable' already exists in the 'orders' repository and cannot be overwritten because the tag is immutable."
	if got := faultOf(put("stable", "")); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLayersThroughTheAPI(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.create(t, "orders")
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("hello world")))
	begun, err := b.client.InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: orders})
	if err != nil || *begun.PartSize != 10<<20 {
		t.Fatalf("got %+v, %v", begun, err)
	}
	add := func(first int64, text string) error {
		_, err := b.client.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
			RepositoryName: orders, UploadId: begun.UploadId, LayerPartBlob: []byte(text),
			PartFirstByte: &first, PartLastByte: aws.Int64(first + int64(len(text)) - 1),
		})
		return err
	}
	complete := func(digest string) error {
		_, err := b.client.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{RepositoryName: orders, UploadId: begun.UploadId, LayerDigests: []string{digest}})
		return err
	}
	what := "Upload with id '" + *begun.UploadId + "' in repository 'orders': "
	for _, step := range []struct {
		name, want string
		err        error
	}{
		{"complete nothing", "EmptyUploadException: " + what + "nothing was uploaded", complete(digest)},
		{"first part", "", add(0, "hello ")},
		{"gap", "InvalidLayerPartException: " + what + "part does not begin where the one before ended", add(7, "world")},
		{"second part", "", add(6, "world")},
		{"another digest", "InvalidLayerException: " + what + "provided digest did not match uploaded content", complete("sha256:" + strings.Repeat("0", 64))},
		{"complete", "", complete(digest)},
		{"complete again", "UploadNotFoundException: " + what + "upload unknown to registry", complete(digest)},
	} {
		if got := faultOf(step.err); got != step.want || (step.err == nil) != (step.want == "") {
			t.Errorf("%s: got %v, want %s", step.name, step.err, step.want)
		}
	}
	none := "sha256:" + strings.Repeat("0", 64)
	there, err := b.client.BatchCheckLayerAvailability(ctx, &ecr.BatchCheckLayerAvailabilityInput{RepositoryName: orders, LayerDigests: []string{digest, none, "x"}})
	if err != nil || len(there.Layers) != 2 || there.Layers[0].LayerAvailability != types.LayerAvailabilityAvailable || *there.Layers[0].LayerSize != 11 ||
		there.Layers[1].LayerAvailability != types.LayerAvailabilityUnavailable || there.Failures[0].FailureCode != types.LayerFailureCodeInvalidLayerDigest {
		t.Errorf("got %+v, %v", there, err)
	}
	if _, err := b.client.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{RepositoryName: orders, LayerDigest: &none}); !strings.HasPrefix(faultOf(err), "LayersNotFoundException") {
		t.Errorf("got %v", err)
	}
}

func TestDownloadAddressNeedsNoLoginAndOpensOneLayer(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	image := newImage(t, 1)
	b.push(t, "orders:1", image)
	config, err := image.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.client.GetDownloadUrlForLayer(context.Background(), &ecr.GetDownloadUrlForLayerInput{RepositoryName: orders, LayerDigest: aws.String(config.String())})
	if err != nil {
		t.Fatal(err)
	}
	want, err := image.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	for url, status := range map[string]int{
		*out.DownloadUrl: http.StatusOK,
		strings.Replace(*out.DownloadUrl, "/blobs/"+config.String(), "/manifests/1", 1): http.StatusUnauthorized,
	} {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != status || status == http.StatusOK && string(body) != string(want) {
			t.Errorf("%s: %s %q", url, response.Status, body)
		}
	}
}
