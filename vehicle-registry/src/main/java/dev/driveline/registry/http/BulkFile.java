package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.bulk.BulkLine;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.vehicle.NewVehicle;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.VehicleLabels;
import dev.driveline.runtime.rest.ProblemException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the lines of a bulk load have in common, whatever its form. */
final class BulkFile {

    private final TenantId tenant;
    private final CheckDigitPolicy checkDigits;

    BulkFile(TenantId tenant, CheckDigitPolicy checkDigits) {
        this.tenant = tenant;
        this.checkDigits = checkDigits;
    }

    /** A line as it is written; also the object of a line of JSON. */
    record Row(
            @Nullable String vin,
            @Nullable String model,
            @Nullable String state,
            @Nullable String tboxSerial,
            @Nullable Map<String, String> labels) {}

    BulkLine line(long number, Row row) {
        try {
            Vin vin = Vin.of(Requests.required(row.vin(), "vin"));
            boolean warned = !checkDigits.check(vin).isEmpty();
            return new BulkLine.Usable(
                    number,
                    new NewVehicle(
                            vin,
                            tenant,
                            new ModelId(Requests.required(row.model(), "model")),
                            row.state() == null
                                    ? VehicleState.PRODUCED
                                    : Requests.oneOf(VehicleState.class, row.state(), "state"),
                            new VehicleLabels(row.labels() == null ? Map.of() : row.labels()),
                            row.tboxSerial() == null ? null : new TboxSerial(row.tboxSerial())),
                    warned);
        } catch (InvalidValueException wrong) {
            return unusable(number, wrong.code(), String.valueOf(wrong.getMessage()));
        } catch (ProblemException missing) {
            return unusable(number, missing.code(), String.valueOf(missing.getMessage()));
        }
    }

    /** Why a file cannot be read on: it is none, is too large, or broke off. */
    static InvalidValueException unreadable(String form, long line, Exception why) {
        ErrorCode code =
                why instanceof ProblemException problem
                        ? problem.code()
                        : ErrorCode.INVALID_REQUEST;
        if (why instanceof ProblemException problem && code == ErrorCode.UNAVAILABLE) {
            throw problem;
        }
        return new InvalidValueException(
                code, form, "line " + line, String.valueOf(why.getMessage()));
    }

    static BulkLine unusable(long number, ErrorCode code, String reason) {
        return new BulkLine.Unusable(number, code, reason);
    }
}
