{{- /* Where Kafka is and how to speak to it, as YAML: of the values, or of the cluster that Strimzi makes. */ -}}

{{- define "wirewatch.cluster" -}}
{{ include "wirewatch.name" . }}-kafka
{{- end }}

{{- /* Of each topic: no more than Strimzi makes brokers. */ -}}
{{- define "wirewatch.replicas" -}}
{{- if .Values.strimzi.enabled }}{{ min .Values.kafka.replicationFactor .Values.strimzi.brokers }}{{ else }}{{ .Values.kafka.replicationFactor }}{{ end -}}
{{- end }}

{{- /* The ports at which pods reach Kafka, as a JSON list of text: those of the servers, and of brokers that they name. */ -}}
{{- define "wirewatch.ports" -}}
{{- $ports := list }}
{{- range splitList "," (include "wirewatch.kafka" . | fromYaml).servers }}
{{- $ports = append $ports (regexFind ":[0-9]+ *$" . | trimPrefix ":" | trim) }}
{{- end }}
{{- range .Values.kafka.ports }}
{{- $ports = append $ports (toString .) }}
{{- end }}
{{- without $ports "" | uniq | toJson }}
{{- end }}

{{- define "wirewatch.kafka" -}}
{{- if .Values.strimzi.enabled -}}
# With its namespace: KEDA asks from another.
servers: {{ include "wirewatch.cluster" . }}-kafka-bootstrap.{{ .Release.Namespace }}.svc:9093
protocol: SASL_SSL
mechanism: SCRAM-SHA-512
# Strimzi's Secret of a user is named as the user is, and holds the password alone.
username: {{ include "wirewatch.name" . }}-pipeline
passwordSecret: {{ include "wirewatch.name" . }}-pipeline
usernameSecret: ""
authoritySecret: {{ include "wirewatch.cluster" . }}-cluster-ca-cert
clientCertificate: false
{{- else -}}
{{- $kafka := .Values.kafka -}}
servers: {{ required "kafka.bootstrapServers is required: host:port of your brokers, or strimzi.enabled" $kafka.bootstrapServers | quote }}
protocol: {{ $kafka.securityProtocol }}
mechanism: {{ $kafka.sasl.mechanism }}
username: ""
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
{{- $secret := required "kafka.sasl.secretName is required for SASL: a Secret with username and password" $kafka.sasl.secretName }}
passwordSecret: {{ $secret | quote }}
usernameSecret: {{ $secret | quote }}
{{- end }}
authoritySecret: {{ $kafka.tls.secretName | quote }}
clientCertificate: {{ $kafka.tls.clientCertificate }}
{{- end }}
{{- end }}
