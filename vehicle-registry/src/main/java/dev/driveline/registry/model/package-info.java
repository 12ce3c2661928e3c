/** Vehicle models. */
@NullMarked
package dev.driveline.registry.model;

import org.jspecify.annotations.NullMarked;
