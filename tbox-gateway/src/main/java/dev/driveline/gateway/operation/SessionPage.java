package dev.driveline.gateway.operation;

import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of connected vehicles.
 *
 * @param next what to ask for behind; null where nothing is
 * @param total how many the caller could see in all, about
 */
public record SessionPage(List<SessionHead> items, @Nullable Vin next, int total) {}
