package dev.driveline.command;

import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.rest.ProblemException;
import java.time.Instant;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Makes what a vehicle gets: the signed envelope of a command. Thread-safe. */
final class Envelopes {

    private final TrustDesk trust;

    Envelopes(TrustDesk trust) {
        this.trust = trust;
    }

    /**
     * Signs.
     *
     * @throws ProblemException INVALID_PARAMETERS if it is too large for a vehicle, UNAVAILABLE if
     *     there is no key for it
     */
    StoredCommand.Document sign(
            Handle handle,
            Vin vin,
            CommandId id,
            String type,
            Map<String, Object> params,
            Instant issuedAt,
            Instant expiresAt,
            long counter) {
        CommandEnvelope envelope =
                new CommandEnvelope(1, vin, id, type, params, issuedAt, expiresAt, counter);
        Jws.Signer signer = trust.signer(handle, vin, KeyUse.COMMAND, issuedAt, expiresAt);
        String signed = signer.sign(CommandEnvelope.TYP, Json.bytes(envelope));
        if (signed.length() > CommandEnvelope.MAX_BYTES) {
            throw new ProblemException(
                    ErrorCode.INVALID_PARAMETERS,
                    "the signed command has "
                            + signed.length()
                            + " bytes, at most "
                            + CommandEnvelope.MAX_BYTES
                            + " are sent");
        }
        return new StoredCommand.Document(signed, counter);
    }
}
