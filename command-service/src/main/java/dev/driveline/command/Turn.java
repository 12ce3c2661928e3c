package dev.driveline.command;

import dev.driveline.command.command.Effect;
import dev.driveline.command.command.Line;
import dev.driveline.command.command.LineInput;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A vehicle's turn: its commands as they were read under its lock, moved on by any number of steps
 * in memory. {@link CommandLedger} reads them and writes what came of it, each command once. Used
 * by one thread.
 */
final class Turn {

    private final Vin vin;
    private final Instant now;
    private final Map<CommandId, StoredCommand> commands = new LinkedHashMap<>();
    private final Set<CommandId> fresh = new HashSet<>();
    private final Set<CommandId> changed = new LinkedHashSet<>();
    private final List<Told> told = new ArrayList<>();
    private final List<Effect> leaving = new ArrayList<>();
    private boolean looked;
    private boolean followed;

    /** A step that is told, and who made it. */
    record Told(StoredCommand command, Actor actor) {}

    /**
     * @param commands those that have not ended, and those that steps will name
     * @param now of all steps
     */
    Turn(Vin vin, List<StoredCommand> commands, Instant now) {
        this.vin = vin;
        commands.forEach(stored -> this.commands.put(stored.id(), stored));
        this.now = now;
    }

    Vin vin() {
        return vin;
    }

    Instant now() {
        return now;
    }

    /** One step. */
    void step(LineInput input, Actor actor) {
        looked |= input instanceof LineInput.Looked;
        for (Effect effect : Line.step(List.copyOf(commands.values()), input, now)) {
            switch (effect) {
                case Effect.Told step -> {
                    if (step.command().step() == 1) {
                        fresh.add(step.command().id());
                    }
                    told.add(new Told(step.command(), actor));
                    becomes(step.command());
                }
                case Effect.Kept kept -> becomes(kept.command());
                case Effect.Published _, Effect.Woken _ -> leaving.add(effect);
            }
        }
    }

    private void becomes(StoredCommand stored) {
        commands.put(stored.id(), stored);
        changed.add(stored.id());
    }

    /** One of the vehicle's, as it is now. */
    Optional<StoredCommand> find(CommandId id) {
        return Optional.ofNullable(commands.get(id));
    }

    /** Those that have not ended. */
    List<StoredCommand> open() {
        return commands.values().stream()
                .filter(stored -> !stored.command().state().terminal())
                .toList();
    }

    /** Whether one has neither ended nor left. */
    boolean waits() {
        return open().stream().anyMatch(stored -> !stored.command().inFlight());
    }

    /** Whether one has ended in this turn, and what stood behind it may be next. */
    boolean ended() {
        return told.stream().anyMatch(step -> step.command().command().state().terminal());
    }

    /** Whoever makes this turn sees to it that what waits is looked at. */
    void follow() {
        followed = true;
    }

    /**
     * Whether something may be next of which nobody is sure to hear: a look is due then, whatever
     * else happens.
     */
    boolean leftUnseen() {
        return !looked
                && !followed
                && waits()
                && told.stream()
                        .map(step -> step.command().command().state())
                        .anyMatch(state -> state == CommandState.QUEUED || state.terminal());
    }

    /** Whether one of the steps was a look. */
    boolean looked() {
        return looked;
    }

    /** What is to be written; what is in flight last, since a domain has one. */
    List<StoredCommand> changed() {
        return changed.stream()
                .flatMap(id -> find(id).stream())
                .sorted(Comparator.comparing(stored -> stored.command().inFlight()))
                .toList();
    }

    /** Whether a command was not there before this turn. */
    boolean fresh(CommandId id) {
        return fresh.contains(id);
    }

    /** What is told, in the order of the steps. */
    List<Told> told() {
        return List.copyOf(told);
    }

    /** The commands of which something is told. */
    List<CommandId> toldOf() {
        return told.stream().map(step -> step.command().id()).distinct().toList();
    }

    /** What is published, and for what the vehicle is woken, once all is committed. */
    List<Effect> leaving() {
        return List.copyOf(leaving);
    }
}
