package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.spi.AlertTransaction;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Alerts that live as long as their catalogue. */
final class InMemoryAlerts implements AlertTransaction {
    private final Map<String, Alert> alerts = new TreeMap<>();
    private final Map<String, Delivery> deliveries = new TreeMap<>();

    InMemoryAlerts() {}

    InMemoryAlerts(InMemoryAlerts other) {
        alerts.putAll(other.alerts);
        deliveries.putAll(other.deliveries);
    }

    @Override
    public void add(Alert alert) {
        if (unresolved(alert.cause()).isPresent()) {
            throw new KeelsonException(ErrorCode.CONFLICT, "An alert of the cause is open.", null);
        }
        alerts.put(alert.id(), alert);
    }

    @Override
    public void replace(Alert next) {
        Alert stored = alerts.get(next.id());
        if (stored == null || stored.revision() != next.revision() - 1) {
            throw new KeelsonException(ErrorCode.CONFLICT, "The alert was changed at the same time.", null);
        }
        alerts.put(next.id(), next);
    }

    @Override
    public Optional<Alert> alert(String id) {
        return Optional.ofNullable(alerts.get(id));
    }

    @Override
    public Optional<Alert> unresolved(String cause) {
        return alerts.values().stream()
                .filter(each -> each.unresolved() && each.cause().equals(cause))
                .findFirst();
    }

    @Override
    public List<Alert> alerts(AlertQuery query) {
        return alerts.values().stream()
                .filter(each -> query.states().isEmpty() || query.states().contains(each.state()))
                .filter(each -> query.kind() == null || each.kind().equals(query.kind()))
                .filter(each -> query.model() == null || each.model().equals(query.model()))
                .filter(each -> query.before() == null || each.lastAt().isBefore(query.before()))
                .sorted(Comparator.comparing(Alert::lastAt).reversed().thenComparing(Alert::id))
                .limit(query.limit())
                .toList();
    }

    @Override
    public void putDelivery(Delivery delivery) {
        deliveries.put(delivery.id(), delivery);
    }

    @Override
    public Optional<Delivery> delivery(String id) {
        return Optional.ofNullable(deliveries.get(id));
    }

    @Override
    public Optional<Delivery> due(String channel, Instant now) {
        return deliveries.values().stream()
                .filter(each -> each.channel().equals(channel))
                .filter(each -> each.state() == Delivery.State.WAITING && !each.notBefore().isAfter(now))
                .min(Comparator.comparing(Delivery::notBefore)
                        .thenComparing(Delivery::at)
                        .thenComparing(Delivery::id));
    }

    @Override
    public List<Delivery> deliveries(@Nullable String alert, int limit) {
        return deliveries.values().stream()
                .filter(each -> alert == null || each.alert().equals(alert))
                .sorted(Comparator.comparing(Delivery::at).reversed().thenComparing(Delivery::id))
                .limit(limit)
                .toList();
    }
}
