// Measures text/template on the templates that the Rust side sends on standard input. Standard library only.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
	"time"
)

type workload struct {
	Name, Namespace       string
	Pods                  []string
	Containers            [][]string
	PersistentVolumeClaims map[string]map[string]string
}

type keyPair struct{ ID, Secret string }

type location struct {
	Type     string `json:"type"`
	Bucket   string `json:"bucket"`
	Endpoint string `json:"endpoint"`
	Prefix   string `json:"prefix"`
	Region   string `json:"region"`
}

type credential struct {
	Type    string
	KeyPair *keyPair
	Secret  *struct{}
	Kopia   *struct{} `json:"KopiaServerSecret"`
}

type profile struct {
	Location      location
	Credential    credential
	SkipSSLVerify bool
}

type secret struct {
	Name, Namespace string
	Data            map[string][]byte
}

type artifact struct{ KeyValue map[string]string }

type phase struct{ Output map[string]any }

type params struct {
	StatefulSet *workload
	Profile     *profile
	Secrets     map[string]secret
	ArtifactsIn map[string]artifact
	Phases      map[string]*phase
	Options     map[string]string
	Object      map[string]any
	Time        string
}

func data() params {
	return params{
		StatefulSet: &workload{Name: "mysql", Namespace: "app", Pods: []string{"mysql-0", "mysql-1", "mysql-2"}},
		Profile: &profile{
			Location:   location{"s3Compliant", "backups", "https://minio.example:9000", "kanister/", "eu-west-1"},
			Credential: credential{Type: "keyPair", KeyPair: &keyPair{"AKIA0123456789", "s3cr3t/+=<>"}},
		},
		Secrets:     map[string]secret{"mysql": {"mysql", "app", map[string][]byte{"mysql-root-password": []byte("hunter2hunter2")}}},
		ArtifactsIn: map[string]artifact{"dump": {map[string]string{"path": "mysql-backups/app/mysql/dump.sql.gz"}}},
		Phases:      map[string]*phase{"dump": {map[string]any{"size": "1234567", "path": "x/y"}}},
		Options:     map[string]string{"compress": "true", "level": "6"},
		Object:      map[string]any{"spec": map[string]any{"replicas": int64(3)}},
		Time:        "2026-03-04T05:06:07.089012345Z",
	}
}

var funcs = template.FuncMap{
	"toString": func(v any) string {
		switch v := v.(type) {
		case string:
			return v
		case []byte:
			return string(v)
		}
		return fmt.Sprintf("%v", v)
	},
	"toJson":  func(v any) string { b, _ := json.Marshal(v); return string(b) },
	"upper":   strings.ToUpper,
	"replace": func(old, new, s string) string { return strings.ReplaceAll(s, old, new) },
	"quote":   func(v any) string { return fmt.Sprintf("%q", v) },
	"default": func(d any, v any) any {
		if s, ok := v.(string); ok && s == "" {
			return d
		}
		return v
	},
}

type request struct {
	Seconds float64
	Sets    map[string][]string
}

// The time of the fastest run.
func measure(seconds float64, run func()) float64 {
	run()
	fastest := time.Duration(1<<63 - 1)
	for start := time.Now(); time.Since(start).Seconds() < seconds; {
		begin := time.Now()
		run()
		fastest = min(fastest, time.Since(begin))
	}
	return float64(fastest.Nanoseconds())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var r request
	check(json.NewDecoder(os.Stdin).Decode(&r))
	result := map[string]map[string]float64{}
	outputs := map[string]string{}
	for name, texts := range r.Sets {
		parse := func() []*template.Template {
			all := make([]*template.Template, len(texts))
			for i, text := range texts {
				t, err := template.New("config").Option("missingkey=error").Funcs(funcs).Parse(text)
				check(err)
				all[i] = t
			}
			return all
		}
		parsed := parse()
		d := data()
		render := func(all []*template.Template) string {
			var out strings.Builder
			for _, t := range all {
				var b bytes.Buffer
				check(t.Execute(&b, d))
				out.WriteString(b.String())
			}
			return out.String()
		}
		outputs[name] = render(parsed)
		result[name] = map[string]float64{
			"parse":  measure(r.Seconds, func() { parse() }),
			"render": measure(r.Seconds, func() { render(parsed) }),
			"both":   measure(r.Seconds, func() { render(parse()) }),
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"Nanoseconds": result, "Outputs": outputs}))
}
