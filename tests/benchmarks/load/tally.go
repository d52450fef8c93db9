package main

import (
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Tally is what has been counted; it may be used by everybody at once.
type Tally struct {
	created, createErrors, exhausted, exhaustedCompletions, completeErrors, jobs, instances atomic.Int64

	lock      sync.Mutex
	begun     map[int64]time.Time // when the instance was asked for
	early     map[int64]time.Time // when it ended, if that is known before the answer to its creation
	measuring bool
	waitsMs   []float64
}

// begins notes when an instance was asked for.
func (tally *Tally) begins(key int64, at time.Time) {
	tally.created.Add(1)
	tally.lock.Lock()
	defer tally.lock.Unlock()
	if end, known := tally.early[key]; known {
		delete(tally.early, key)
		tally.note(end.Sub(at))
		return
	}
	if tally.begun == nil {
		tally.begun = map[int64]time.Time{}
	}
	tally.begun[key] = at
}

// ended notes that the last job of an instance is done.
func (tally *Tally) ended(key int64) {
	tally.instances.Add(1)
	tally.lock.Lock()
	defer tally.lock.Unlock()
	if at, known := tally.begun[key]; known {
		delete(tally.begun, key)
		tally.note(time.Since(at))
		return
	}
	if tally.early == nil {
		tally.early = map[int64]time.Time{}
	}
	tally.early[key] = time.Now()
}

// open counts the instances whose creation was acknowledged and whose end has not been seen.
func (tally *Tally) open() int {
	tally.lock.Lock()
	defer tally.lock.Unlock()
	return len(tally.begun)
}

func (tally *Tally) note(wait time.Duration) {
	if tally.measuring {
		tally.waitsMs = append(tally.waitsMs, milliseconds(wait))
	}
}

func (tally *Tally) measure(on bool) {
	tally.lock.Lock()
	defer tally.lock.Unlock()
	tally.measuring = on
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}

// quantile is the value that the given part of the sorted values does not exceed.
func quantile(values []float64, part float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sort.Float64s(values)
	return values[int(float64(len(values)-1)*part)]
}
