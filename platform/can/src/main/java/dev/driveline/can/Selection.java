package dev.driveline.can;

import java.util.List;

/**
 * What SG_MUL_VAL_ says of all signals of one name in a message.
 *
 * @param multiplexor by the name in SG_
 * @param values {@value DbcLimits#MAX_RANGES} at most
 */
record Selection(String multiplexor, List<Multiplexing.Range> values) {}
