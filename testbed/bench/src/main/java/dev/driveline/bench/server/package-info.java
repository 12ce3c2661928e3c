/** Servers in processes of their own, to be loaded, measured and killed. */
@NullMarked
package dev.driveline.bench.server;

import org.jspecify.annotations.NullMarked;
