package dev.driveline.simulator;

import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.ClockSource;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes commands at most once: signature, VIN, journal, counter, expiry, in this order; the
 * journal is flushed before the vehicle acts. Not thread-safe. Source: contract section 5.
 */
final class CommandAgent {

    private static final Logger LOG = LoggerFactory.getLogger(CommandAgent.class);
    private static final Duration CLOCK_ERROR = Duration.ofMillis(5);

    private final Vin vin;
    private final Map<String, PublicKey> keys;
    private final Journal journal;
    private final Actuators actuators;
    private final Clock clock;
    private final Consumer<CommandResponse> answers;

    CommandAgent(
            Vin vin,
            Map<String, PublicKey> keys,
            Journal journal,
            Actuators actuators,
            Clock clock,
            Consumer<CommandResponse> answers) {
        this.vin = vin;
        this.keys = Map.copyOf(keys);
        this.journal = journal;
        this.actuators = actuators;
        this.clock = clock;
        this.answers = answers;
    }

    /**
     * A signed command has come; what cannot even be attributed to a command is logged and dropped.
     */
    void received(String compact) throws IOException {
        switch (Signed.open(compact, CommandEnvelope.TYP, keys)) {
            case Signed.Opened.Bad bad ->
                    LOG.atWarn()
                            .setMessage("command refused")
                            .addKeyValue("vin", vin)
                            .addKeyValue("code", bad.code())
                            .log();
            case Signed.Opened.Good good -> {
                try {
                    judge(Json.read(good.payload(), CommandEnvelope.class));
                } catch (MalformedJsonException malformed) {
                    LOG.atWarn()
                            .setMessage("command malformed")
                            .addKeyValue("vin", vin)
                            .setCause(malformed)
                            .log();
                }
            }
        }
    }

    private void judge(CommandEnvelope command) throws IOException {
        if (!command.vin().equals(vin)) {
            reject(command.id(), VehicleCode.WRONG_VIN, null);
            return;
        }
        Optional<Journal.Entry> known = journal.of(command.id());
        if (known.isPresent()) {
            CommandResponse answer = known.get().answer();
            // Begun before a reboot and not finished: nobody knows whether it was done.
            answers.accept(
                    answer == null
                            ? response(command.id(), Step.UNKNOWN, null, null, null)
                            : answer);
            return;
        }
        if (!journal.isNew(command.counter())) {
            reject(command.id(), VehicleCode.REPLAY, journal.highest());
            return;
        }
        Instant latest = clock.instant().plus(CLOCK_ERROR);
        if (!latest.isBefore(command.expiresAt())) {
            reject(command.id(), VehicleCode.EXPIRED, null);
            return;
        }
        execute(command);
    }

    private void execute(CommandEnvelope command) throws IOException {
        journal.begin(command.id(), command.counter(), command.expiresAt(), clock.instant());
        answers.accept(response(command.id(), Step.ACKNOWLEDGED, null, null, null));
        answers.accept(response(command.id(), Step.EXECUTING, null, null, null));
        CommandResponse answer =
                switch (actuators.execute(command.type(), command.params())) {
                    case Actuators.Outcome.Done done ->
                            response(command.id(), Step.SUCCEEDED, null, null, done.result());
                    case Actuators.Outcome.Failed failed ->
                            response(command.id(), Step.FAILED, failed.code(), null, null);
                    case Actuators.Outcome.Unknown _ ->
                            response(
                                    command.id(),
                                    Step.REJECTED,
                                    VehicleCode.TYPE_UNKNOWN.name(),
                                    null,
                                    null);
                };
        journal.end(command.id(), answer, clock.instant());
        answers.accept(answer);
    }

    private void reject(CommandId id, VehicleCode code, @Nullable Long counter) {
        answers.accept(response(id, Step.REJECTED, code.name(), counter, null));
    }

    private CommandResponse response(
            CommandId id,
            Step step,
            @Nullable String code,
            @Nullable Long counter,
            @Nullable Map<String, Object> result) {
        return new CommandResponse(
                1, id, step, code, clock.instant(), ClockSource.NTP, counter, result);
    }
}
