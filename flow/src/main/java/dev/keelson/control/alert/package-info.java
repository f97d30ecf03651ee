/** Alerts at work: raised once for each cause, told to channels through a durable outbox. */
@NullMarked
package dev.keelson.control.alert;

import org.jspecify.annotations.NullMarked;
