// Package bundle collects what a report of a fault needs into one archive, with
// secrets taken out.
package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Part is one file of a bundle. Read's error is told of in the file's place; what
// it returned besides is kept.
type Part struct {
	Name string
	Read func(ctx context.Context) ([]byte, error)
}

// Entry is what became of a part.
type Entry struct {
	Name string
	// Size is in bytes, after secrets were taken out.
	Size int
	// Note says what is missing, and why; empty where nothing is.
	Note string
}

// A part may take so long, and be so large; what is beyond is cut off at its
// beginning, since the newest stands last.
const (
	partTime = 20 * time.Second
	partSize = 4 << 20
)

// Write reads parts, one after the other, and writes them as a gzipped tar whose
// files stand in a folder, none of them to be read by others. A list of them,
// contents.txt, comes last.
func Write(ctx context.Context, w io.Writer, folder string, now time.Time, secrets *Secrets, parts []Part) ([]Entry, error) {
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	add := func(name string, data []byte) error {
		err := archive.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: folder + "/" + name, Mode: 0o600, Size: int64(len(data)), ModTime: now, Format: tar.FormatPAX,
		})
		if err == nil {
			_, err = archive.Write(data)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		return nil
	}
	var entries []Entry
	for _, p := range parts {
		data, note := read(ctx, p, secrets)
		if err := ctx.Err(); err != nil {
			return entries, err
		}
		if err := add(p.Name, data); err != nil {
			return entries, err
		}
		entries = append(entries, Entry{p.Name, len(data), note})
	}
	if err := add("contents.txt", []byte(List(entries))); err != nil {
		return entries, err
	}
	if err := archive.Close(); err != nil {
		return entries, fmt.Errorf("end the archive: %w", err)
	}
	if err := zipped.Close(); err != nil {
		return entries, fmt.Errorf("end the archive: %w", err)
	}
	return entries, nil
}

// read is what a part has, without secrets.
func read(ctx context.Context, p Part, secrets *Secrets) (data []byte, note string) {
	ctx, cancel := context.WithTimeout(ctx, partTime)
	defer cancel()
	data, err := p.Read(ctx)
	if err != nil {
		note = secrets.Scrub(err.Error())
		data = append(data, "\n"+err.Error()+"\n"...)
	}
	// Secrets go first, so that none is cut in two.
	data = []byte(secrets.Scrub(string(bytes.ToValidUTF8(data, []byte("?")))))
	if len(data) > partSize {
		note = strings.TrimPrefix(note+"; ", "; ") + fmt.Sprintf("the first %d bytes are left out", len(data)-partSize)
		data = data[len(data)-partSize:]
	}
	return data, note
}

// List is a line for each entry.
func List(entries []Entry) string {
	width := 0
	for _, e := range entries {
		width = max(width, len(e.Name))
	}
	var b strings.Builder
	for _, e := range entries {
		note, _, _ := strings.Cut(e.Note, "\n")
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-*s  %8d  %s", width, e.Name, e.Size, note), " "))
	}
	return b.String()
}
