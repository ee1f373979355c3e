// Package memorys3 reads documents from a bucket of any service that speaks S3.
//
// Promises: the bucket is only ever listed and read; a listing that breaks off is an error; only the service's
// own "no such key" means that a document is gone.
package memorys3

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryremote"
)

const (
	example      = "https://s3.exemple.coop"
	readPatience = 15 * time.Minute
	tryPatience  = 30 * time.Second
)

// Connector satisfies memory.Connector.
type Connector struct{}

var _ memory.Connector = Connector{}

// Kind names it.
func (Connector) Kind() memory.SourceKind { return memory.S3 }

// Fields are its settings.
func (Connector) Fields() []memory.Field {
	return []memory.Field{
		{Name: "endpoint", Kind: memory.TextField, Required: true, Example: example},
		{Name: "bucket", Kind: memory.TextField, Required: true},
		{Name: "prefix", Kind: memory.TextField, Example: "documents/"},
		{Name: "region", Kind: memory.TextField},
		{Name: "access_key", Kind: memory.TextField},
		{Name: "secret_key", Kind: memory.SecretField},
	}
}

// Connect makes sure that the bucket answers.
func (Connector) Connect(ctx context.Context, given memory.Connection) (memory.Origin, error) {
	u, err := memoryremote.Address(given.Value("endpoint"), example, "https", "http")
	if err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, core.Wrap(err, core.Invalid, "errors.source_address", core.Args{"Example": example})
	}
	transport := memoryremote.Client(false).Transport.(*http.Transport)
	options := &minio.Options{Secure: u.Scheme == "https", Transport: transport, Region: given.Value("region"), MaxRetries: 3}
	if key := given.Value("access_key"); key != "" {
		options.Creds = credentials.NewStaticV4(key, given.Value("secret_key"), "")
	}
	client, err := minio.New(u.Host, options)
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.source_address", core.Args{"Example": example})
	}
	b := &bucket{client: client, transport: transport, name: given.Value("bucket"), prefix: given.Value("prefix")}
	soon, cancel := context.WithTimeout(ctx, tryPatience)
	defer cancel()
	if there, err := client.BucketExists(soon, b.name); err != nil || !there {
		b.Close()
		if err == nil {
			return nil, core.E(core.Unavailable, "errors.source_not_found", nil)
		}
		return nil, b.told(ctx, err)
	}
	return b, nil
}

// bucket is one bucket, or the part of it whose names begin alike.
type bucket struct {
	client       *minio.Client
	transport    *http.Transport
	name, prefix string
}

// Close lets connections go.
func (b *bucket) Close() error {
	b.transport.CloseIdleConnections()
	return nil
}

// List gives every object.
func (b *bucket) List(ctx context.Context, found func(memory.SourceItem) error) error {
	ctx, cancel := context.WithCancel(ctx) // ends the listing's goroutine when we stop early
	defer cancel()
	for object := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
		if object.Err != nil {
			return memoryremote.Missing(b.told(ctx, object.Err))
		}
		if strings.HasSuffix(object.Key, "/") {
			continue
		}
		item := memory.SourceItem{Key: object.Key, Path: object.Key, Fingerprint: object.ETag, Size: object.Size, Modified: object.LastModified.UTC()}
		if err := found(item); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Read downloads an object.
func (b *bucket) Read(ctx context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, readPatience)
	object, err := b.client.GetObject(ctx, b.name, item.Key, minio.GetObjectOptions{})
	if err != nil {
		cancel()
		return memory.Content{}, b.told(ctx, err)
	}
	info, err := object.Stat()
	if err == nil && (known == "" || info.ETag != known) {
		return memory.Content{Body: &body{object, cancel}, Fingerprint: info.ETag, Modified: info.LastModified.UTC()}, nil
	}
	defer cancel()
	object.Close()
	if err != nil {
		return memory.Content{}, b.told(ctx, err)
	}
	return memory.Content{Unchanged: true}, nil
}

// told says what the service's answer means.
func (b *bucket) told(ctx context.Context, err error) error {
	answer := minio.ToErrorResponse(err)
	switch answer.Code {
	case "NoSuchKey":
		return core.Wrap(err, core.NotFound, "errors.source_item_gone", nil)
	case "NoSuchBucket":
		return core.Wrap(err, core.Unavailable, "errors.source_not_found", nil)
	case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccountProblem", "AllAccessDisabled", "ExpiredToken":
		return core.Wrap(err, core.Unavailable, "errors.source_refused", nil)
	}
	if answer.StatusCode >= 300 && answer.StatusCode != http.StatusNotFound {
		return memoryremote.Refusal(answer.StatusCode)
	}
	return memoryremote.Unreachable(ctx, err)
}

// body ends its request's time when it is closed.
type body struct {
	*minio.Object
	cancel context.CancelFunc
}

// Close ends the request.
func (b *body) Close() error {
	defer b.cancel()
	return b.Object.Close()
}
