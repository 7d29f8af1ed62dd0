package handler

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/person"
	"parley/messages/internal/portrait"
	"parley/messages/web"
)

const (
	// uploadTime is how long an upload may take: 4 MB from a phone.
	uploadTime = 30 * time.Second
	// maxParts is how many parts of a form are looked at for the picture.
	maxParts = 8
	// drawingsAtOnce bounds the memory that pictures take while they are read.
	drawingsAtOnce = 1
)

// drawing has a place for each picture that is being read.
var drawing = make(chan struct{}, drawingsAtOnce)

// setAvatar takes a picture: as it is, or in a form's field "avatar".
func (h *Handler) setAvatar(c *gin.Context) {
	if err := h.takeAvatar(c); err != nil {
		h.fail(c, err)
		return
	}
	h.showMe(c)
}

// saveAvatar takes a picture from a form, or takes it away.
func (h *Handler) saveAvatar(c *gin.Context) {
	var err error
	if isForm(c) {
		err = h.dropAvatar(c)
	} else {
		err = h.takeAvatar(c)
	}
	if err == nil {
		done(c, "/account?"+savedMark+"=picture"+places["picture"])
		return
	}
	if status, failure, told := h.failed(c, err); told {
		if failure.Field == "" {
			failure.Field = "picture"
		}
		h.accountPage(c, status, web.Account{Failure: failure})
	}
}

func (h *Handler) removeAvatar(c *gin.Context) {
	if err := h.dropAvatar(c); err != nil {
		h.fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (h *Handler) dropAvatar(c *gin.Context) error {
	if err := h.ProfileLimit.Take(c.Request.Context(), user(c)); err != nil {
		return err
	}
	return h.People.RemoveAvatar(c.Request.Context(), current(c).Session)
}

func (h *Handler) takeAvatar(c *gin.Context) error {
	if err := h.ProfileLimit.Take(c.Request.Context(), user(c)); err != nil { // before anything is read
		return err
	}
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(uploadTime)) // not every connection has one
	upload, err := readPicture(c.Request)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), requestTimeout) // the upload's time is not ours
	defer cancel()
	picture, err := draw(ctx, upload)
	if err != nil {
		return err
	}
	return h.People.SetAvatar(ctx, current(c).Session, picture)
}

// draw makes a portrait when there is a place for it.
func draw(ctx context.Context, upload []byte) (portrait.Portrait, error) {
	select {
	case drawing <- struct{}{}:
		defer func() { <-drawing }()
		return portrait.Make(upload)
	case <-ctx.Done():
		return portrait.Portrait{}, ctx.Err()
	}
}

// readPicture reads an upload, and not more than one may have. Errors:
// errMediaType, errPictureMissing, errUnread, errSlow, [portrait.ErrTooLarge].
func readPicture(r *http.Request) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return nil, errMediaType
	case strings.HasPrefix(kind, "image/"), kind == "application/octet-stream":
		return readUpload(r.Body)
	case kind != "multipart/form-data":
		return nil, errMediaType
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, errMediaType
	}
	for range maxParts {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unread(err)
		}
		if part.FormName() == "avatar" {
			return readUpload(part)
		}
	}
	return nil, errPictureMissing
}

func readUpload(body io.Reader) ([]byte, error) {
	upload, err := io.ReadAll(io.LimitReader(body, portrait.MaxBytes+1))
	switch {
	case err != nil:
		return nil, unread(err)
	case len(upload) > portrait.MaxBytes:
		return nil, portrait.ErrTooLarge
	case len(upload) == 0:
		return nil, errPictureMissing
	}
	return upload, nil
}

func unread(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errSlow
	}
	return errors.Join(errUnread, err)
}

// showAvatar answers with a picture. Its address names its content, so it may be
// kept; by the browser alone, since not everybody may see it.
func (h *Handler) showAvatar(c *gin.Context) {
	username, ok := chat.FoldUsername(c.Param("username"))
	digest := c.Param("digest")
	if !ok || digest == "" || !chat.ValidAvatar(digest) {
		h.fail(c, person.ErrNotFound)
		return
	}
	picture, err := h.People.Avatar(c.Request.Context(), user(c), username, digest)
	if err != nil {
		h.fail(c, err)
		return
	}
	header := c.Writer.Header()
	header.Set("Cache-Control", "private, max-age=31536000, immutable")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Data(http.StatusOK, portrait.Type(picture), picture)
}
