{{- /* What every pod has in common: who it runs as, how it reaches Kafka, where it may write. */ -}}

{{- define "wirewatch.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "wirewatch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "wirewatch.environment" -}}
{{- $kafka := .Values.kafka -}}
- name: WIREWATCH_BOOTSTRAP_SERVERS
  value: {{ required "kafka.bootstrapServers is required: host:port of your brokers" $kafka.bootstrapServers | quote }}
- name: WIREWATCH_TOPIC_PREFIX
  value: {{ $kafka.topicPrefix | quote }}
- name: WIREWATCH_REPLICATION_FACTOR
  value: {{ $kafka.replicationFactor | quote }}
- name: WIREWATCH_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol | quote }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
{{- $secret := required "kafka.sasl.secretName is required for SASL: a Secret with username and password" $kafka.sasl.secretName }}
- name: WIREWATCH_SASL_MECHANISM
  value: {{ $kafka.sasl.mechanism | quote }}
- name: WIREWATCH_SASL_USERNAME
  valueFrom: {secretKeyRef: {name: {{ $secret | quote }}, key: username}}
- name: WIREWATCH_SASL_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $secret | quote }}, key: password}}
{{- end }}
{{- if $kafka.tls.secretName }}
- name: WIREWATCH_SSL_CA_FILE
  value: /etc/wirewatch/tls/ca.crt
{{- if $kafka.tls.clientCertificate }}
- name: WIREWATCH_SSL_CERT_FILE
  value: /etc/wirewatch/tls/tls.crt
- name: WIREWATCH_SSL_KEY_FILE
  value: /etc/wirewatch/tls/tls.key
{{- end }}
{{- end }}
- name: WIREWATCH_METRICS_HOST
  value: "0.0.0.0"
{{- range $name, $value := .Values.settings }}
- name: WIREWATCH_{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "wirewatch.mounts" -}}
- {name: data, mountPath: /var/lib/wirewatch}
- {name: temporary, mountPath: /tmp}
{{- if .Values.kafka.tls.secretName }}
- {name: tls, mountPath: /etc/wirewatch/tls, readOnly: true}
{{- end }}
{{- end }}

{{- define "wirewatch.volumes" -}}
- {name: data, emptyDir: {}}
- {name: temporary, emptyDir: {}}
{{- with .Values.kafka.tls.secretName }}
- {name: tls, secret: {secretName: {{ . | quote }}}}
{{- end }}
{{- end }}
