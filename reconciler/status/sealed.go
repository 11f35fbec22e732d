package status

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// sealed is a stored form that shows when it was cut off or is of another
// version.
type sealed struct {
	Version int `json:"version"`
	// Checksum is the SHA-256 of Content without white space, in hex.
	Checksum string          `json:"checksum"`
	Content  json.RawMessage `json:"content"`
}

func seal(version int, v any) ([]byte, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(sealed{Version: version, Checksum: checksum(content), Content: content}, "", " ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// unseal reads a sealed file into v. A file that is not there leaves v as it is;
// one that is damaged is a *TornError.
func unseal(path string, version int, v any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	var s sealed
	if err := json.Unmarshal(data, &s); err != nil {
		return &TornError{Path: path, Err: err}
	}
	if s.Version != version {
		return &TornError{Path: path, Err: fmt.Errorf("it is of version %d, and this is version %d", s.Version, version)}
	}
	var plain bytes.Buffer
	if err := json.Compact(&plain, s.Content); err != nil {
		return &TornError{Path: path, Err: err}
	}
	if checksum(plain.Bytes()) != s.Checksum {
		return &TornError{Path: path, Err: errors.New("its checksum does not match")}
	}
	if err := json.Unmarshal(s.Content, v); err != nil {
		return &TornError{Path: path, Err: err}
	}
	return nil
}
