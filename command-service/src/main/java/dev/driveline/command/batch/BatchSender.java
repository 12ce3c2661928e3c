package dev.driveline.command.batch;

import dev.driveline.contract.id.Vin;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * For whom the commands of a batch are sent, as the token said when it was made; whether each
 * vehicle is still covered is looked at when it is taken up.
 *
 * @param subject the person or machine
 * @param app what acts for it; null for nothing
 * @param vins the vehicles that the token covered; null for all of the tenant
 * @param fleets those whose vehicles it covered besides; null if it named none
 * @param person whether each vehicle must have been granted
 */
public record BatchSender(
        String subject,
        @Nullable String app,
        Set<String> scopes,
        @Nullable Set<Vin> vins,
        @Nullable Set<String> fleets,
        boolean person) {}
