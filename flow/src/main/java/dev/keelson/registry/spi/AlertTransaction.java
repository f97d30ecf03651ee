package dev.keelson.registry.spi;

import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.alert.Delivery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Alerts and the messages about them, within one transaction of a catalogue. */
public interface AlertTransaction {

    /**
     * Stores a new one.
     *
     * @throws dev.keelson.error.KeelsonException CONFLICT when one of its cause is not resolved
     */
    void add(Alert alert);

    /**
     * Stores one as it is after a change: its revision is one more than that of what is stored.
     *
     * @throws dev.keelson.error.KeelsonException CONFLICT when it was changed meanwhile
     */
    void replace(Alert next);

    /** The one of that id. */
    Optional<Alert> alert(String id);

    /** The one of that cause that is not resolved. */
    Optional<Alert> unresolved(String cause);

    /** Those asked for. */
    List<Alert> alerts(AlertQuery query);

    /** Stores a message, or replaces the one of that id. */
    void putDelivery(Delivery delivery);

    /** The one of that id. */
    Optional<Delivery> delivery(String id);

    /** The message of a channel that waits and may be tried, the one first that may be tried first. */
    Optional<Delivery> due(String channel, Instant now);

    /** Messages, newest first; about one alert when it is not null. */
    List<Delivery> deliveries(@Nullable String alert, int limit);
}
