package ring

// Push appends an entry at the head of a ring and reports whether there was a free slot.
func Push(ring *Ring, entry Entry) bool {
	return ring.write(entry)
}

// Load reads the settings of a project from a file.
//
// Keys that the file does not name keep their defaults. It returns an error if the file holds a key
// that nobody knows.
func Load(path string) (*Settings, error) {
	return nil, nil
}

// A Timer can be stopped before it fires.
type Timer struct {
	seconds float64
}

// Cancel stops the timer. A timer that does not run is left alone.
func (t *Timer) Cancel() {
}

// FindDevice returns the device that was registered under a number, or nil if there is none.
func FindDevice(bus *Bus, number int) *Device {
	return nil
}

// Store keeps entries by their key.
type Store interface {
	// Get returns the entry of a key, or false if there is none.
	Get(key string) (Entry, bool)
}
