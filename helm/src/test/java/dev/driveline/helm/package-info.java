/** The chart, the compose file and the table of settings, held against the services' code. */
package dev.driveline.helm;
