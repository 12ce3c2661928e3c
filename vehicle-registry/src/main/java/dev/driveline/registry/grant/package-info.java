/** Who may do what with one vehicle, and until when. */
@NullMarked
package dev.driveline.registry.grant;

import org.jspecify.annotations.NullMarked;
