package ecs

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAGroupThatCannotBeWrittenToFillsNoMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, got := true, []LogEvent{}
		l := newLogStream(func(events []LogEvent) error {
			if down {
				return errors.New("no such group")
			}
			got = append(got, events...)
			return nil
		})
		line := strings.Repeat("x", 1<<10-7)
		for i := range 3 * bufferSize / (1 << 10) {
			fmt.Fprintf(l, "%06d %s\n", i, line)
			if i%1000 == 0 {
				time.Sleep(time.Second)
			}
		}
		synctest.Wait()
		if l.waiting > bufferSize || len(l.pending) > bufferSize/(1<<10) {
			t.Errorf("%d bytes in %d lines wait", l.waiting, len(l.pending))
		}
		down = false
		l.Close()
		<-l.done
		if n := len(got); n != bufferSize/(1<<10) || !strings.HasPrefix(got[n-1].Message, "030719 ") || l.waiting != 0 {
			t.Errorf("%d lines arrive, %d bytes wait", n, l.waiting)
		}
	})
}

func TestAMillionLinesArriveInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 1_000_000
		next := 0
		l := newLogStream(func(events []LogEvent) error {
			for _, event := range events {
				if event.Message != fmt.Sprint(next) {
					t.Errorf("line %s, want %d", event.Message, next)
				}
				next++
			}
			return nil
		})
		for i := range lines {
			fmt.Fprintln(l, i)
			if i%100_000 == 0 {
				time.Sleep(time.Second)
			}
		}
		l.Close()
		<-l.done
		if next != lines {
			t.Errorf("%d lines arrive", next)
		}
	})
}
