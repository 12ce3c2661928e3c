package dev.driveline.command;

import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.rest.ProblemException;
import java.time.Instant;
import java.util.Map;

/** Makes what a vehicle gets: the signed envelope of a command. Thread-safe. */
final class Envelopes {

    private final Jws.Signer signer;

    Envelopes(Jws.Signer signer) {
        this.signer = signer;
    }

    /**
     * Signs.
     *
     * @throws ProblemException INVALID_PARAMETERS if it is too large for a vehicle
     */
    StoredCommand.Document sign(
            Vin vin,
            CommandId id,
            String type,
            Map<String, Object> params,
            Instant issuedAt,
            Instant expiresAt,
            long counter) {
        CommandEnvelope envelope =
                new CommandEnvelope(1, vin, id, type, params, issuedAt, expiresAt, counter);
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
