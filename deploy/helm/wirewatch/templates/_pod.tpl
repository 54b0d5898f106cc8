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
{{- $kafka := include "wirewatch.kafka" . | fromYaml -}}
- name: WIREWATCH_BOOTSTRAP_SERVERS
  value: {{ $kafka.servers | quote }}
- name: WIREWATCH_TOPIC_PREFIX
  value: {{ .Values.kafka.topicPrefix | quote }}
- name: WIREWATCH_REPLICATION_FACTOR
  value: {{ include "wirewatch.replicas" . | quote }}
- name: WIREWATCH_SECURITY_PROTOCOL
  value: {{ $kafka.protocol | quote }}
{{- if hasPrefix "SASL" $kafka.protocol }}
- name: WIREWATCH_SASL_MECHANISM
  value: {{ $kafka.mechanism | quote }}
- name: WIREWATCH_SASL_USERNAME
{{- if $kafka.username }}
  value: {{ $kafka.username | quote }}
{{- else }}
  valueFrom: {secretKeyRef: {name: {{ $kafka.usernameSecret | quote }}, key: username}}
{{- end }}
- name: WIREWATCH_SASL_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $kafka.passwordSecret | quote }}, key: password}}
{{- end }}
{{- if $kafka.authoritySecret }}
- name: WIREWATCH_SSL_CA_FILE
  value: /etc/wirewatch/tls/ca.crt
{{- if $kafka.clientCertificate }}
- name: WIREWATCH_SSL_CERT_FILE
  value: /etc/wirewatch/tls/tls.crt
- name: WIREWATCH_SSL_KEY_FILE
  value: /etc/wirewatch/tls/tls.key
- name: WIREWATCH_SSL_KEY_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $kafka.authoritySecret | quote }}, key: password, optional: true}}
{{- end }}
{{- end }}
- name: WIREWATCH_METRICS_HOST
  value: "0.0.0.0"
- name: WIREWATCH_LOG_FORMAT
  value: json
{{- range $name, $value := .Values.settings }}
- name: WIREWATCH_{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "wirewatch.mounts" -}}
- {name: data, mountPath: /var/lib/wirewatch}
- {name: temporary, mountPath: /tmp}
{{- if (include "wirewatch.kafka" . | fromYaml).authoritySecret }}
- {name: tls, mountPath: /etc/wirewatch/tls, readOnly: true}
{{- end }}
{{- end }}

{{- define "wirewatch.volumes" -}}
- {name: data, emptyDir: {}}
- {name: temporary, emptyDir: {}}
{{- with (include "wirewatch.kafka" . | fromYaml).authoritySecret }}
- {name: tls, secret: {secretName: {{ . | quote }}}}
{{- end }}
{{- end }}

{{- /* All of a pod but its containers: identity, volumes and where it may run. */ -}}
{{- define "wirewatch.podSpec" -}}
# Nothing here speaks to the Kubernetes API.
automountServiceAccountToken: false
# A service named wirewatch would put WIREWATCH_PORT and more into the environment, which no setting is.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  {{- include "wirewatch.podSecurity" . | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . | quote }}}
  {{- end }}
{{- end }}
volumes:
  {{- include "wirewatch.volumes" . | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "wirewatch.containerBasics" -}}
image: {{ include "wirewatch.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  {{- include "wirewatch.environment" . | nindent 2 }}
securityContext:
  {{- include "wirewatch.containerSecurity" . | nindent 2 }}
volumeMounts:
  {{- include "wirewatch.mounts" . | nindent 2 }}
{{- end }}
