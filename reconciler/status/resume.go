package status

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/wanctl/wanctl/controller/steering"
)

// ResumeVersion is the version of the stored form of Resume.
const ResumeVersion = 1

// Resume is what the loops of one site go on from after a restart.
type Resume struct {
	// Version is ResumeVersion; it is set when a Resume is written.
	Version int
	// WANs are the loops by the name of their WAN.
	WANs map[string]WANResume
	// Routers are the routers by name.
	Routers map[string]RouterResume
	// Steering are the steering policies by name.
	Steering map[string]SteeringResume
}

// RouterResume is what a router's mailbox goes on from.
type RouterResume struct {
	// BudgetFull is when the write budget will be full.
	BudgetFull time.Time `json:"budgetFull"`
}

// SteeringResume is what one steering policy goes on from.
type SteeringResume struct {
	// SavedAt is when this was taken.
	SavedAt time.Time `json:"savedAt"`
	// From, To, Router and Rule are those of the policy.
	From   string `json:"from"`
	To     string `json:"to"`
	Router string `json:"router"`
	Rule   string `json:"rule"`
	steering.Saved
}

// WANResume is what the loop of one WAN goes on from.
type WANResume struct {
	// Profile and Interval are those that ran.
	Profile  string        `json:"profile"`
	Interval time.Duration `json:"intervalNanoseconds"`
	// Generation is the one of the spec that ran.
	Generation int64 `json:"generation"`
	// SavedAt is when this was taken.
	SavedAt time.Time `json:"savedAt"`

	// LoadMS and BaselineMS are the site's EWMAs in milliseconds; 0 where
	// nothing was measured yet.
	LoadMS     float64 `json:"loadMS"`
	BaselineMS float64 `json:"baselineMS"`
	// ReflectorBaselinesMS are each reflector's own, in milliseconds, by
	// address.
	ReflectorBaselinesMS map[string]float64 `json:"reflectorBaselinesMS,omitempty"`

	// DownloadRate and UploadRate are in bit/s.
	DownloadRate int64 `json:"downloadRate"`
	UploadRate   int64 `json:"uploadRate"`

	// The streaks are how long each state has lasted, whatever the interval.
	GreenDownload   time.Duration `json:"greenDownloadNanoseconds"`
	GreenUpload     time.Duration `json:"greenUploadNanoseconds"`
	SoftRedDownload time.Duration `json:"softRedDownloadNanoseconds"`
	SoftRedUpload   time.Duration `json:"softRedUploadNanoseconds"`
}

// envelope is the stored form of a Resume.
type envelope struct {
	Version int `json:"version"`
	// Checksum is the SHA-256 of WANs, Routers and Steering, where there are any,
	// without white space, in hex.
	Checksum string          `json:"checksum"`
	WANs     json.RawMessage `json:"wans"`
	Routers  json.RawMessage `json:"routers,omitempty"`
	Steering json.RawMessage `json:"steering,omitempty"`
}

func encodeResume(r Resume) ([]byte, error) {
	wans, err := json.Marshal(r.WANs)
	if err != nil {
		return nil, fmt.Errorf("encode resume state: %w", err)
	}
	e := envelope{Version: ResumeVersion, WANs: wans}
	if len(r.Routers) > 0 {
		if e.Routers, err = json.Marshal(r.Routers); err != nil {
			return nil, fmt.Errorf("encode resume state: %w", err)
		}
	}
	if len(r.Steering) > 0 {
		if e.Steering, err = json.Marshal(r.Steering); err != nil {
			return nil, fmt.Errorf("encode resume state: %w", err)
		}
	}
	e.Checksum = checksum(slices.Concat(e.WANs, e.Routers, e.Steering))
	data, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode resume state: %w", err)
	}
	return append(data, '\n'), nil
}

func decodeResume(data []byte) (Resume, error) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return Resume{}, err
	}
	if e.Version != ResumeVersion {
		return Resume{}, fmt.Errorf("it is of version %d, and this is version %d", e.Version, ResumeVersion)
	}
	var plain bytes.Buffer
	if err := json.Compact(&plain, e.WANs); err != nil {
		return Resume{}, err
	}
	if len(e.Routers) > 0 {
		if err := json.Compact(&plain, e.Routers); err != nil {
			return Resume{}, err
		}
	}
	if len(e.Steering) > 0 {
		if err := json.Compact(&plain, e.Steering); err != nil {
			return Resume{}, err
		}
	}
	if checksum(plain.Bytes()) != e.Checksum {
		return Resume{}, errors.New("its checksum does not match")
	}
	r := Resume{Version: e.Version}
	if err := json.Unmarshal(e.WANs, &r.WANs); err != nil {
		return Resume{}, err
	}
	if len(e.Steering) > 0 {
		if err := json.Unmarshal(e.Steering, &r.Steering); err != nil {
			return Resume{}, err
		}
	}
	if len(e.Routers) > 0 {
		if err := json.Unmarshal(e.Routers, &r.Routers); err != nil {
			return Resume{}, err
		}
	}
	return r, nil
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readResume is the resume state of one site; a zero one where none is stored.
func readResume(dir, site string) (Resume, error) {
	path, err := fileName(dir, resumeDir, site, ".json")
	if err != nil {
		return Resume{}, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Resume{}, nil
	}
	if err != nil {
		return Resume{}, fmt.Errorf("read resume state of site %q: %w", site, err)
	}
	r, err := decodeResume(data)
	if err != nil {
		return Resume{}, &TornError{Path: path, Err: err}
	}
	return r, nil
}
