package web

import (
	"strings"
	"testing"
)

func TestDevice(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]device{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                             {"Firefox on Linux", "computer"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36":                                    {"Chrome on Windows", "computer"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0":                      {"Edge on Windows", "computer"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                              {"Safari on a Mac", "computer"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1":            {"Safari on an iPhone", "phone"},
		"Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/144.0 Mobile/15E148 Safari/604.1":                      {"Chrome on an iPad", "phone"},
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Mobile Safari/537.36":                              {"Chrome on Android", "phone"},
		"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": {"Samsung Internet on Android", "phone"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36":                                     {"Chrome on ChromeOS", "computer"},
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 OPR/120.0.0.0":                                {"Opera on Linux", "computer"},
		"Mozilla/5.0 (Linux; U) Something": {"A browser on Linux", "computer"},
		"Mozilla/5.0":                      {"An unknown device", "computer"},
		"curl/7.88.1":                      {"curl", "program"},
		"Go-http-client/1.1":               {"A Go program", "program"},
		"python-requests/2.32.0":           {"A Python program", "program"},
		"node":                             {"A Node.js program", "program"},
		"":                                 {"An unknown device", "computer"},
		"<script>alert(1)</script>":        {"An unknown device", "computer"},
		strings.Repeat("x", 512):           {"An unknown device", "computer"},
	} {
		if got := deviceOf(agent); got != want {
			t.Errorf("%q is %+v, want %+v", agent, got, want)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	f.Add("curl/8")
	f.Add("\xff\x00")
	f.Fuzz(func(t *testing.T, agent string) {
		d := deviceOf(agent)
		if d.Name == "" || len(d.Name) > 40 || strings.ContainsAny(d.Name, "<>\"'&\x00\n") || d.Icon == "" {
			t.Errorf("%q is %+v", agent, d)
		}
	})
}
