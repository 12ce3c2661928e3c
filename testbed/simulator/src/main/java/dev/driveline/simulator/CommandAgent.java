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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Executes commands at most once: signature, VIN, journal, counter, expiry, in this order; the
 * journal is flushed before the vehicle acts. Not thread-safe. Source: contract section 5.
 */
final class CommandAgent {

    private static final Duration CLOCK_ERROR = Duration.ofMillis(5);

    private final Vin vin;
    private final Signed.Keys keys;
    private final Journal journal;
    private final Actuators actuators;
    private final Clock clock;
    private final Consumer<CommandResponse> answers;
    private final Refusals refusals;

    /**
     * @param refusals told of what somebody must not have sent
     */
    CommandAgent(
            Vin vin,
            Signed.Keys keys,
            Journal journal,
            Actuators actuators,
            Clock clock,
            Consumer<CommandResponse> answers,
            Refusals refusals) {
        this.vin = vin;
        this.keys = keys;
        this.journal = journal;
        this.actuators = actuators;
        this.clock = clock;
        this.answers = answers;
        this.refusals = refusals;
    }

    /**
     * A signed command has come. What cannot be attributed to a command is not answered; everything
     * that an honest platform does not send is told to it.
     */
    void received(String compact) throws IOException {
        switch (Signed.open(compact, CommandEnvelope.TYP, keys)) {
            case Signed.Opened.Bad bad ->
                    refusals.refused(CommandEnvelope.TYP, bad.code(), bad.kid(), null, null);
            case Signed.Opened.Good good -> {
                try {
                    judge(Json.read(good.payload(), CommandEnvelope.class));
                } catch (MalformedJsonException malformed) {
                    refusals.refused(CommandEnvelope.TYP, VehicleCode.MALFORMED, null, null, null);
                }
            }
        }
    }

    private void judge(CommandEnvelope command) throws IOException {
        if (!command.vin().equals(vin)) {
            reject(command, VehicleCode.WRONG_VIN, null);
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
            reject(command, VehicleCode.REPLAY, journal.highest());
            return;
        }
        Instant latest = clock.instant().plus(CLOCK_ERROR);
        if (!latest.isBefore(command.expiresAt())) {
            reject(command, VehicleCode.EXPIRED, null);
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

    private void reject(CommandEnvelope command, VehicleCode code, @Nullable Long highest) {
        refusals.refused(
                CommandEnvelope.TYP, code, null, command.id().toString(), command.counter());
        answers.accept(response(command.id(), Step.REJECTED, code.name(), highest, null));
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
