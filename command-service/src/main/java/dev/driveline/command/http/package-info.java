/** Other services asked by REST. */
@NullMarked
package dev.driveline.command.http;

import org.jspecify.annotations.NullMarked;
