/** Configuration: documents, check-ins, reports. */
@NullMarked
package dev.driveline.contract.config;

import org.jspecify.annotations.NullMarked;
