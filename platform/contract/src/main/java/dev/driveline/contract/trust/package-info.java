/** What the offline command root says: which keys a vehicle obeys, and whom it connects to. */
@NullMarked
package dev.driveline.contract.trust;

import org.jspecify.annotations.NullMarked;
