package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.spi.AlertTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Alerts and messages about them: each is a document, beside what is asked of it. */
final class AlertStatements implements AlertTransaction {
    private static final String ALERT = "select document from alerts";
    private static final String DELIVERY = "select document from deliveries";

    private final CatalogStatements open;

    AlertStatements(CatalogStatements open) {
        this.open = open;
    }

    @Override
    public void add(Alert alert) {
        unresolved(alert.cause()).ifPresent(other -> {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "An alert of the cause (%s) is open since %s.".formatted(other.cause(), other.firstAt()),
                    "Maybe resolve it first: `keelson alerts resolve %s`.".formatted(other.id()));
        });
        open.session().update(
                        "insert into alerts (id, cause, kind, model, state, last_at, revision, document) values (?, ?, ?, ?, ?, ?, ?, ?)",
                        alert.id(),
                        alert.cause(),
                        alert.kind(),
                        alert.model(),
                        alert.state().word(),
                        Micros.of(alert.lastAt()),
                        alert.revision(),
                        alert.toJson().toString());
    }

    @Override
    public void replace(Alert next) {
        int changed = open.session().update(
                        "update alerts set state = ?, last_at = ?, revision = ?, document = ? where id = ? and revision = ?",
                        next.state().word(),
                        Micros.of(next.lastAt()),
                        next.revision(),
                        next.toJson().toString(),
                        next.id(),
                        next.revision() - 1);
        if (changed == 0) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The alert (%s) was changed at the same time; nothing was changed.".formatted(next.id()),
                    "Maybe look at `keelson alerts list` and ask again.");
        }
    }

    @Override
    public Optional<Alert> alert(String id) {
        return open.session().first(ALERT + " where id = ?", AlertStatements::alert, id);
    }

    @Override
    public Optional<Alert> unresolved(String cause) {
        return open.session().first(ALERT + " where cause = ? and state <> 'resolved'", AlertStatements::alert, cause);
    }

    @Override
    public List<Alert> alerts(AlertQuery query) {
        Sql sql = new Sql(ALERT + " where 1 = 1");
        if (!query.states().isEmpty()) {
            sql.add(
                    " and state in " + CatalogSession.marks(query.states().size()),
                    query.states().stream().sorted().map(Alert.State::word).toArray());
        }
        String kind = query.kind();
        if (kind != null) {
            sql.add(" and kind = ?", kind);
        }
        String model = query.model();
        if (model != null) {
            sql.add(" and model = ?", model);
        }
        Instant before = query.before();
        if (before != null) {
            sql.add(" and last_at < ?", Micros.of(before));
        }
        return open.session().list(sql.add(" order by last_at desc, id limit ?", query.limit()), AlertStatements::alert);
    }

    @Override
    public void putDelivery(Delivery delivery) {
        int changed = open.session().update(
                        "update deliveries set state = ?, not_before = ?, document = ? where id = ?",
                        delivery.state().word(),
                        Micros.of(delivery.notBefore()),
                        delivery.toJson().toString(),
                        delivery.id());
        if (changed == 0) {
            open.session().update(
                            "insert into deliveries (id, alert, channel, state, at, not_before, document) values (?, ?, ?, ?, ?, ?, ?)",
                            delivery.id(),
                            delivery.alert(),
                            delivery.channel(),
                            delivery.state().word(),
                            Micros.of(delivery.at()),
                            Micros.of(delivery.notBefore()),
                            delivery.toJson().toString());
        }
    }

    @Override
    public Optional<Delivery> delivery(String id) {
        return open.session().first(DELIVERY + " where id = ?", AlertStatements::delivery, id);
    }

    @Override
    public Optional<Delivery> due(String channel, Instant now) {
        return open.session().first(
                        DELIVERY + " where channel = ? and state = 'waiting' and not_before <= ? order by not_before, at, id limit 1",
                        AlertStatements::delivery,
                        channel,
                        Micros.of(now));
    }

    @Override
    public List<Delivery> deliveries(@Nullable String alert, int limit) {
        CatalogStatements.requireLimit(limit);
        return alert == null
                ? open.session().list(DELIVERY + " order by at desc, id limit ?", AlertStatements::delivery, limit)
                : open.session().list(
                                DELIVERY + " where alert = ? order by at desc, id limit ?",
                                AlertStatements::delivery,
                                alert,
                                limit);
    }

    private static Alert alert(ResultSet row) throws SQLException {
        return Alert.of(row.getString(1));
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        return Delivery.of(row.getString(1));
    }
}
