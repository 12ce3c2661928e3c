# Driveline. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

JAVA_RELEASE := 25
# JDK 25, wherever it stands; its release file says which it is.
JDK := $(shell for home in "$$JAVA25_HOME" "$$JAVA_HOME" /usr/lib/jvm/* ~/.sdkman/candidates/java/* ~/.jdks/*; do \
	[ -x "$$home/bin/javac" ] && grep -qs 'JAVA_VERSION="$(JAVA_RELEASE)[."]' "$$home/release" && { echo "$$home"; break; }; done)
export JAVA_HOME := $(JDK)
MVN := mvn -B -ntp
JVM_FLAGS := --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseCompactObjectHeaders -XX:TrimNativeHeapInterval=10000
ALL_IN_ONE := deploy/all-in-one/target
BUILT := $(ALL_IN_ONE)/.built
SOURCES := $(shell find pom.xml platform tbox-gateway vehicle-registry telemetry-pipeline command-service testbed/simulator deploy/all-in-one \
	\( -path '*/src/main/*' -o -name pom.xml \) -type f -not -path '*/target/*' 2>/dev/null)
# Else a former run's tests would be counted again.
FORGET_RESULTS := find . \( -path '*/target/*-reports/TEST-*.xml' -o -path '*/target/golden-*.txt' \) -delete
CLASS_PATH := $(ALL_IN_ONE)/all-in-one-0.1.0-SNAPSHOT.jar:$(ALL_IN_ONE)/lib/*

# HiveMQ CE wants a JDK 17; without one its column says so.
JDK17 := $(shell for home in "$$JAVA17_HOME" /usr/lib/jvm/* ~/.sdkman/candidates/java/* ~/.jdks/*; do \
	[ -x "$$home/bin/java" ] && grep -qs 'JAVA_VERSION="17[."]' "$$home/release" && { echo "$$home"; break; }; done)
BENCH = exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -Xmx1g -Ddriveline.path="$$PATH" -Ddriveline.command='make $@$(if $(ARGS), ARGS="$(ARGS)")' \
	-cp 'testbed/bench/target/bench-0.1.0-SNAPSHOT.jar:testbed/bench/target/lib/*'

.PHONY: help run quick test check tour bench bench-gateway bench-sessions bench-revocation bench-registry bench-decode bench-pipeline decode check-dbc command-root audit-check faults-gateway faults-pipeline faults-commands bench-commands format jdk

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

jdk:
	@[ -n "$(JDK)" ] || { echo "No JDK $(JAVA_RELEASE) found in JAVA25_HOME, JAVA_HOME, /usr/lib/jvm, ~/.sdkman or ~/.jdks."; \
	echo "Install one, for example Temurin $(JAVA_RELEASE), or set JAVA25_HOME."; exit 1; }
	@command -v mvn >/dev/null || { echo "Maven is missing: install it (3.8.6 or later)."; exit 1; }

$(BUILT): $(SOURCES) | jdk
	@echo "Building (the first time Maven fetches what it needs; a minute or two) …"
	@$(MVN) -q -DskipTests -pl deploy/all-in-one -am package
	@touch $@

run: $(BUILT) ## the whole platform in one process, with simulated vehicles
	@exec deploy/all-in-one/run $(BUILT) $(JAVA_HOME)/bin/java $(JVM_FLAGS) -Xmx1g -cp '$(CLASS_PATH)' dev.driveline.allinone.Main

quick: jdk ## unit and simulation tests only (Surefire)
	@$(FORGET_RESULTS); $(MVN) -q -DskipITs test && bash .ci/summary

test: jdk ## everything that needs no outside service
	@echo "Building and testing all modules (about ten minutes on two cores; the first time Maven fetches what it needs) …"
	@$(FORGET_RESULTS); $(MVN) verify; status=$$?; bash .ci/summary || status=1; exit $$status

check: jdk ## long runs: more seeds (not in CI)
	@$(FORGET_RESULTS); $(MVN) verify -Ddriveline.trials=100 && bash .ci/summary

tour: $(BUILT) ## a guided run against the all-in-one
	@exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -cp '$(CLASS_PATH)' dev.driveline.allinone.tour.Tour

decode: $(BUILT) ## decodes a candump log: ARGS="--dbc FILE[@bus] … [--j1939 BUS] [--isotp BUS] LOG"
	@exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -cp '$(CLASS_PATH)' dev.driveline.telemetry.desk.Desk decode $(ARGS)

check-dbc: $(BUILT) ## what a DBC file holds, and everything odd in it: ARGS="[--strict] FILE …"
	@exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -cp '$(CLASS_PATH)' dev.driveline.telemetry.desk.Desk check-dbc $(ARGS)

command-root: $(BUILT) ## the offline command root: ARGS="sign-keys --root root.p12 --add KID=key.pem --out keys.jws"
	@exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -cp '$(CLASS_PATH)' dev.driveline.command.root.CommandRoot $(ARGS)

audit-check: $(BUILT) ## checks an export of the command audit, offline: ARGS="[--ends verify.json] audit.ndjson"
	@exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -cp '$(CLASS_PATH)' dev.driveline.command.audit.AuditCheck $(ARGS)

bench: jdk ## measures the whole way; results are kept in testbed/bench/results
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@exec $(JAVA_HOME)/bin/java $(JVM_FLAGS) -Xmx1g -cp 'testbed/bench/target/bench-0.1.0-SNAPSHOT.jar:testbed/bench/target/lib/*' dev.driveline.bench.WholeWayBench

bench-gateway: jdk ## the gateway beside mosquitto and HiveMQ CE, where they are there; ARGS="--help" lists options
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(MVN) -q -f testbed/bench/peers/hivemq/pom.xml process-classes || echo "HiveMQ CE cannot be fetched; it is left out."
	@$(BENCH) dev.driveline.bench.gateway.GatewayBench $(if $(JDK17),--java17 $(JDK17)) --result testbed/bench/results/gateway.md $(ARGS)

bench-sessions: jdk ## how many sessions this machine holds, and how fast stored ones are read
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.gateway.SessionsBench --result testbed/bench/results/sessions.md $(ARGS)

bench-revocation: jdk ## from the request that suspends a vehicle to its closed connection, among 17,500
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.gateway.RevocationBench --result testbed/bench/results/revocation.md $(ARGS)

bench-registry: jdk ## imports 100,000 vehicles, then lists them
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.registry.RegistryBench --result testbed/bench/results/registry.md $(ARGS)

bench-pipeline: jdk ## a recorded drive from Kafka to PostgreSQL: rate, bytes a sample, questions
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.pipeline.PipelineBench --result testbed/bench/results/pipeline.md $(ARGS)

bench-commands: jdk ## a command from the request to the vehicle's socket and back, at rising rates; queues of vehicles that were away
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.command.CommandBench --result testbed/bench/results/commands.md $(ARGS)

bench-decode: jdk ## the decoder over a recorded minute of driving, with JMH
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.decode.DecodeBench --result testbed/bench/results/decode.md $(ARGS)

faults-gateway: jdk ## two gateways under load: one is killed, Kafka is stopped; nothing acknowledged may be lost
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.gateway.GatewayFaults --result testbed/bench/results/gateway-faults.md $(ARGS)

format: jdk ## puts all sources in the house's form
	@$(MVN) -q com.diffplug.spotless:spotless-maven-plugin:3.11.0:apply

faults-pipeline: jdk ## the pipeline is killed ten times while recorded drives come in; what is stored must be what was sent, once
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.pipeline.PipelineFaults --result testbed/bench/results/pipeline-faults.md $(ARGS)

faults-commands: jdk ## kill -9 of command-service, gateway, PostgreSQL and Kafka in turn under load; every command ends once, none is executed twice or late
	@$(MVN) -q -DskipTests -pl testbed/bench -am package
	@$(BENCH) dev.driveline.bench.command.CommandFaults --result testbed/bench/results/command-faults.md $(ARGS)
