{{/* The four services: how each is called in values.yaml, in object names and images. */}}
{{- define "driveline.services" -}}
gateway: {component: tbox-gateway, database: false}
registry: {component: vehicle-registry, database: true}
telemetry: {component: telemetry-pipeline, database: true}
command: {component: command-service, database: true}
{{- end }}

{{- define "driveline.name" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What selects a service's pods. Context: root, component. */}}
{{- define "driveline.selector" -}}
app.kubernetes.io/name: driveline
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "driveline.labels" -}}
{{ include "driveline.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "driveline.image" -}}
{{- $image := .root.Values.image -}}
{{- $path := printf "%s/%s:%s" $image.repository .component ($image.tag | default .root.Chart.AppVersion) -}}
{{- if $image.registry }}{{ printf "%s/%s" $image.registry $path }}{{ else }}{{ $path }}{{ end -}}
{{- end }}

{{/* A service's plain settings as environment variables: all services', the database's, its own; the later wins. Context: root, service, database. */}}
{{- define "driveline.environment" -}}
{{- $all := deepCopy .root.Values.settings -}}
{{- if .database }}{{ $all = mergeOverwrite $all (deepCopy .root.Values.databaseSettings) }}{{ end -}}
{{- $all = mergeOverwrite $all (deepCopy (index .root.Values .service).settings) -}}
{{- range $key, $value := $all }}
{{- $text := toString $value }}
{{- if kindIs "float64" $value }}{{ $text = printf "%.0f" $value }}{{ end }}
{{- if ne $text "" }}
DRIVELINE_{{ $key | upper | replace "." "_" | replace "-" "_" }}: {{ $text | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What every pod has, before its container. Context: root, service, component. */}}
{{- define "driveline.pod" -}}
{{- $own := index .root.Values .service -}}
serviceAccountName: {{ include "driveline.name" .root }}-{{ .component }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $own.terminationGracePeriodSeconds }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "driveline.selector" $ | nindent 8 }}
  {{- end }}
{{- with $own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Labels and annotations of a pod. Context: root, service, component, database. */}}
{{- define "driveline.podMetadata" -}}
{{- $own := index .root.Values .service -}}
labels:
  {{- include "driveline.labels" . | nindent 2 }}
  {{- with $own.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  # A changed setting starts the pods anew; a changed Secret does not.
  checksum/settings: {{ include "driveline.environment" . | sha256sum }}
  {{- with $own.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* What every container has, up to its environment. Context: root, service, component. */}}
{{- define "driveline.container" -}}
{{- $own := index .root.Values .service -}}
name: {{ .component }}
image: {{ include "driveline.image" . | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  runAsNonRoot: true
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
  seccompProfile:
    type: RuntimeDefault
resources:
  {{- toYaml $own.resources | nindent 2 }}
startupProbe:
  httpGet:
    path: /startupz
    port: admin
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: {{ $own.startupFailureThreshold }}
livenessProbe:
  httpGet:
    path: /livez
    port: admin
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /readyz
    port: admin
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
envFrom:
  - configMapRef:
      name: {{ include "driveline.name" .root }}-{{ .component }}
{{- end }}

{{/* Environment of every container. Context: root, service, database. */}}
{{- define "driveline.env" -}}
{{- $own := index .root.Values .service -}}
- name: JDK_JAVA_OPTIONS
  value: {{ $own.javaOptions | quote }}
{{- if .database }}
- name: DRIVELINE_POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $own.postgresSecret | default .root.Values.secrets.postgres.name }}
      key: {{ .root.Values.secrets.postgres.key }}
{{- end }}
{{- if .root.Values.secrets.kafka.name }}
- name: DRIVELINE_KAFKA_CLIENT_PROPERTIES
  value: /secrets/kafka/client.properties
{{- end }}
{{- end }}

{{- define "driveline.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .root.Values.secrets.kafka.name }}
- name: kafka
  mountPath: /secrets/kafka
  readOnly: true
{{- end }}
{{- end }}

{{- define "driveline.volumes" -}}
# The JVM's native libraries are unpacked here.
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- with .root.Values.secrets.kafka }}
{{- if .name }}
- name: kafka
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items:
      - key: {{ .key }}
        path: client.properties
{{- end }}
{{- end }}
{{- end }}

{{/* Which service answers which path, the first match counts. `[^/]+` is a VIN. A test holds it against the routes in the code. */}}
{{- define "driveline.restPaths" -}}
- {component: command-service, path: "/api/v1/vehicles/[^/]+/(commands|configuration|signed-by-root)(/.*)?"}
- {component: telemetry-pipeline, path: "/api/v1/vehicles/[^/]+/(signals|history|stream|intake|gaps|events|dtcs|trips|charging-sessions|frames)(/.*)?"}
- {component: telemetry-pipeline, path: "/api/v1/(signals|positions|stream|fleet|tenants|rules|alerts|exports|redecodes)([:/].*)?"}
- {component: vehicle-registry, path: "/api/v1/vehicles([:/].*)?"}
- {component: command-service, path: "/api/v1/(commands|audit/commands|command-types|config-namespaces|signed-by-root|webhooks)([:/].*)?"}
- {component: vehicle-registry, path: "/api/v1/(models|catalogues|fleets|tboxes|certificates|authorities|access-rules|audit/registry|registry)([:/].*)?"}
- {component: vehicle-registry, path: "/(crl|ocsp)(/.*)?"}
{{- end }}
