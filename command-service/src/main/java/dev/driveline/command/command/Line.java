package dev.driveline.command.command;

import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.vehicle.Presence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The commands of one vehicle, in the order of their counters, without input or output.
 *
 * <p>Each actuator domain has a line of its own: its oldest command that has not ended is in flight
 * or next; the others wait behind it, also behind one that is held. A command that takes the place
 * of others ends those that still wait; one that a vehicle may have is never ended so.
 */
public final class Line {

    /** How many commands of a vehicle may be open at once. */
    public static final int MAX_OPEN = 64;

    private final List<StoredCommand> commands;
    private final List<Effect> effects = new ArrayList<>();
    private final Instant now;

    private Line(List<StoredCommand> commands, Instant now) {
        this.commands = new ArrayList<>(commands);
        this.now = now;
    }

    /**
     * What is to be done.
     *
     * @param commands those that have not ended, and the one that the input names, also if it has
     */
    public static List<Effect> step(List<StoredCommand> commands, LineInput input, Instant now) {
        Line line = new Line(commands, now);
        switch (input) {
            case LineInput.Accepted accepted -> line.accepted(accepted);
            case LineInput.Approved approved -> line.approved(approved);
            case LineInput.Happened happened -> line.happened(happened.id(), happened.input());
            case LineInput.Looked looked -> line.looked(looked);
        }
        return List.copyOf(line.effects);
    }

    private void accepted(LineInput.Accepted accepted) {
        StoredCommand fresh = accepted.fresh();
        commands.add(fresh);
        effects.add(new Effect.Told(fresh));
        if (accepted.then() instanceof Input.Enqueue) {
            supersede(fresh);
        }
        move(fresh, accepted.then());
    }

    private void approved(LineInput.Approved approved) {
        for (StoredCommand stored : List.copyOf(commands)) {
            if (stored.id().equals(approved.id())
                    && stored.command().state() == CommandState.AWAITING_APPROVAL) {
                StoredCommand signed = stored.with(approved.document());
                supersede(signed);
                move(signed, approved.approval());
            }
        }
    }

    private void happened(CommandId id, Input input) {
        for (StoredCommand stored : List.copyOf(commands)) {
            if (stored.id().equals(id)) {
                move(stored, input);
            }
        }
    }

    private void supersede(StoredCommand later) {
        for (StoredCommand earlier : List.copyOf(commands)) {
            if (!earlier.id().equals(later.id())
                    && earlier.kind().domain().equals(later.kind().domain())
                    && later.kind().supersedes().contains(earlier.kind().type())) {
                move(earlier, new Input.Superseded(later.id()));
            }
        }
    }

    private void looked(LineInput.Looked looked) {
        for (StoredCommand stored : List.copyOf(commands)) {
            move(stored, new Input.Tick());
        }
        List<StoredCommand> next = next(looked.held());
        Presence.Online session = looked.session();
        if (session != null) {
            dispatch(next, session, looked.room(), looked.backgroundRoom());
        } else if (looked.mayWake()) {
            wake(next);
        }
    }

    /** The oldest of each domain. */
    private List<StoredCommand> next(Set<CommandId> held) {
        Set<String> domains = new HashSet<>();
        return commands.stream()
                .filter(stored ->
                        !stored.command().state().terminal()
                                && stored.command().state() != CommandState.AWAITING_APPROVAL)
                .sorted(Comparator.comparingLong(stored -> stored.document().counter()))
                .filter(stored -> domains.add(stored.kind().domain()))
                .filter(stored -> !held.contains(stored.id()))
                .toList();
    }

    private void dispatch(
            List<StoredCommand> next, Presence.Online session, int room, int backgroundRoom) {
        int left = room;
        int backgroundLeft = backgroundRoom;
        for (StoredCommand stored : next) {
            boolean background = stored.wish().background();
            if (left > 0
                    && (!background || backgroundLeft > 0)
                    && CommandMachine.dispatchable(stored.command(), now)
                    && worthwhile(stored, session)) {
                left--;
                backgroundLeft -= background ? 1 : 0;
                StoredCommand sent =
                        move(stored.attempted(now), new Input.Dispatched(session.session()));
                int attempt = sent.command().dispatchTo(session.session()).orElseThrow().attempts();
                effects.add(new Effect.Published(sent, session, attempt));
            }
        }
    }

    /** Whether the session has not had it yet, or its gateway left it unanswered or refused it. */
    private boolean worthwhile(StoredCommand stored, Presence.Online session) {
        if (stored.kind().toggle() && stored.command().possiblyDelivered()) {
            return false;
        }
        Dispatch dispatch = stored.command().dispatchTo(session.session()).orElse(null);
        Instant last = stored.attemptAt();
        if (dispatch == null || last == null) {
            return true;
        }
        if (!dispatch.answered()) {
            return !now.isBefore(last.plus(StoredCommand.ATTEMPT_LIMIT));
        }
        return !dispatch.open() && !now.isBefore(last.plus(StoredCommand.AFTER_REFUSAL));
    }

    /** One wake-up brings the vehicle for all that waits. */
    private void wake(List<StoredCommand> next) {
        List<StoredCommand> waiting =
                next.stream()
                        .filter(stored -> stored.command().waits() && !stored.wish().background())
                        .toList();
        if (waiting.isEmpty()) {
            return;
        }
        effects.add(new Effect.Woken(waiting.getFirst()));
        waiting.forEach(stored -> move(stored.attempted(now), new Input.Woken()));
    }

    /** One step of one command. */
    private StoredCommand move(StoredCommand stored, Input input) {
        Command next = CommandMachine.step(stored.command(), input, now);
        StoredCommand moved = stored.with(next);
        int at = indexOf(stored.id());
        boolean changed = !moved.equals(commands.get(at));
        commands.set(at, moved);
        if (moved.step() > stored.step()) {
            effects.add(new Effect.Told(moved));
        } else if (changed) {
            effects.add(new Effect.Kept(moved));
        }
        return moved;
    }

    private int indexOf(CommandId id) {
        for (int i = 0; i < commands.size(); i++) {
            if (commands.get(i).id().equals(id)) {
                return i;
            }
        }
        throw new IllegalStateException("command " + id + " is not in the line");
    }
}
