// SPDX-License-Identifier: Apache-2.0

// Package ratelimit bounds how often something is done.
package ratelimit

import (
	"errors"
	"sync"
	"time"
)

// ErrClosed is returned by a limiter that was closed.
var ErrClosed = errors.New("ratelimit: closed")

// Limiter is a bucket of tokens.
type Limiter struct {
	mu     sync.Mutex
	rate   float64
	burst  float64
	tokens float64
	last   time.Time
	closed bool
}

// New returns a limiter that allows rate events a second and bursts of up to burst events.
func New(rate, burst float64) *Limiter {
	return &Limiter{rate: rate, burst: burst, tokens: burst, last: time.Now()}
}

func (l *Limiter) refill(now time.Time) {
	l.tokens += now.Sub(l.last).Seconds() * l.rate
	if l.tokens > l.burst {
		l.tokens = l.burst
	}
	l.last = now
}

// Allow reports whether an event may happen now, and takes a token if so.
func (l *Limiter) Allow() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refill(time.Now())
	if l.closed || l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}

// Delay returns how long to wait until the next event may happen.
func (l *Limiter) Delay() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refill(time.Now())
	if l.tokens >= 1 {
		return 0
	}
	return time.Duration((1 - l.tokens) / l.rate * float64(time.Second))
}

// SetRate changes the number of events that are allowed a second.
func (l *Limiter) SetRate(rate float64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.refill(time.Now())
	l.rate = rate
	return nil
}

// Close makes the limiter refuse every further event.
func (l *Limiter) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.closed = true
	return nil
}
