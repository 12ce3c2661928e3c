/** A guided run: what a newcomer would try, with a check behind every step. */
@NullMarked
package dev.driveline.allinone.tour;

import org.jspecify.annotations.NullMarked;
