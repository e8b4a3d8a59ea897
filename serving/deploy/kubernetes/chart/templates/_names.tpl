{{- define "tandem.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
{{- end }}
{{- define "tandem.labels" -}}
{{ include "tandem.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
{{- define "tandem.ready" -}}
/v1/models/{{ first .Values.models }}/metadata
{{- end }}
