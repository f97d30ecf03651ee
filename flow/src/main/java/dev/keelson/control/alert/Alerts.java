package dev.keelson.control.alert;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.alert.Delivery.Event;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What somebody should know. A cause that comes again while its alert is open is counted and told again only when it got worse,
 * when its snooze is over, or when nobody reacted for a day; whoever acknowledged it has peace until it is resolved, or something
 * new of the same cause came. Each message is in the catalogue before anything is sent. Safe for use by several threads and servers.
 */
public final class Alerts {
    /** An open alert that nobody reacted to is told again when its cause comes again after so long. */
    static final Duration REMINDER = Duration.ofDays(1);

    private static final int LISTED = 1_000;

    private final Catalog catalog;
    private final InstantSource clock;
    private final Supplier<String> ids;
    private final List<AlertChannel> channels;
    private final Runnable queued;
    private String console = "";

    /**
     * Alerts over a catalogue.
     *
     * @param ids gives unique ids
     * @param channels where they are told
     * @param queued called after messages were queued
     */
    public Alerts(
            Catalog catalog, InstantSource clock, Supplier<String> ids, List<AlertChannel> channels, Runnable queued) {
        this.catalog = catalog;
        this.clock = clock;
        this.ids = ids;
        this.channels = List.copyOf(channels);
        this.queued = queued;
    }

    /** Where the console is, for the links of messages; without one they have none. */
    public synchronized void console(String address) {
        this.console = address;
    }

    private synchronized String console() {
        return console;
    }

    /**
     * What came up.
     *
     * @param cause what it is about: no two open alerts have the same
     * @param kind such as {@code drift}
     * @param model which model it is about; empty when about none
     * @param title a few words
     * @param text sentences: what, how bad, since when
     * @param command a command that helps; empty when there is none
     * @param page of the console; empty when there is none
     */
    public record News(
            String cause, String kind, Alert.Severity severity, String model, String title, String text, String command, String page) {}

    /** Raises an alert, or counts it when one of its cause is open. */
    public Alert raise(News news) {
        Alert raised = catalog.write(tx -> raise(tx, news));
        queued.run();
        return raised;
    }

    /** As {@link #raise(News)}, of something new: an alert of its cause that was acknowledged opens, and is told, again. */
    public Alert raiseAnew(News news) {
        Alert raised = catalog.write(tx -> raise(tx, news, true));
        queued.run();
        return raised;
    }

    /**
     * Tells something that is over as it is told, such as a promotion; nobody need react. It is told once.
     *
     * @param id unique; one that was told before is not told again
     */
    public void inform(String id, News news) {
        inform(id, news, channels);
    }

    /**
     * As {@link #inform(String, News)}, of something that an alert of another kind will tell, too: only channels that are not told
     * that kind are told it, and where there is none it is no alert.
     *
     * @param kind of the other alert
     */
    public void informBeside(String kind, String id, News news) {
        List<AlertChannel> others = channels.stream().filter(each -> each.wants(news.kind()) && !each.wants(kind)).toList();
        if (!others.isEmpty()) {
            inform(id, news, others);
        }
    }

    private void inform(String id, News news, List<AlertChannel> to) {
        Instant now = clock.instant();
        catalog.update(tx -> {
            if (tx.alerts().alert(id).isPresent()) {
                return;
            }
            Alert fresh = Alert.raised(
                    id, news.cause(), news.kind(), news.severity(), news.model(), news.title(), news.text(), news.command(), news.page(), now);
            tx.alerts().add(fresh);
            Alert known = fresh.resolved(now, "keelson", "It is told once.");
            tx.alerts().replace(known);
            tell(tx, known, Event.RAISED, now, to);
        });
        queued.run();
    }

    /**
     * The same within a transaction: the alert is there with what the transaction writes, or neither is. It is told when somebody
     * looks next.
     */
    public Alert raise(CatalogTransaction tx, News news) {
        return raise(tx, news, false);
    }

    private Alert raise(CatalogTransaction tx, News news, boolean anew) {
        Instant now = clock.instant();
        Alert fresh = Alert.raised(
                ids.get(), news.cause(), news.kind(), news.severity(), news.model(), news.title(), news.text(), news.command(),
                news.page(), now);
        Optional<Alert> open = tx.alerts().unresolved(news.cause());
        if (open.isEmpty()) {
            tx.alerts().add(fresh);
            tell(tx, fresh, Event.RAISED, now);
            return fresh;
        }
        Alert was = open.get();
        Alert again = was.again(fresh, anew);
        tx.alerts().replace(again);
        boolean worse = again.severity().compareTo(was.severity()) > 0;
        boolean woken = was.state() != Alert.State.OPEN && again.state() == Alert.State.OPEN;
        if (worse || woken || (again.state() == Alert.State.OPEN && !toldSince(tx, again, now.minus(REMINDER)))) {
            tell(tx, again, Event.REMINDED, now);
        }
        return again;
    }

    private static boolean toldSince(CatalogTransaction tx, Alert alert, Instant since) {
        return tx.alerts().deliveries(alert.id(), LISTED).stream()
                .map(Delivery::at)
                .max(Comparator.naturalOrder())
                .orElse(alert.firstAt())
                .isAfter(since);
    }

    private void tell(CatalogTransaction tx, Alert alert, Event event, Instant now) {
        tell(tx, alert, event, now, channels);
    }

    private void tell(CatalogTransaction tx, Alert alert, Event event, Instant now, List<AlertChannel> to) {
        to.stream().filter(each -> each.wants(alert.kind())).forEach(each -> tell(tx, alert, event, each.name(), now));
    }

    private void tell(CatalogTransaction tx, Alert alert, Event event, String channel, Instant now) {
        tx.alerts().putDelivery(message(alert, event, channel, now));
    }

    private Delivery message(Alert alert, Event event, String channel, Instant now) {
        return Delivery.waiting(
                ids.get(), alert.id(), channel, event, AlertText.subject(alert, event), AlertText.body(alert, event, console()), now);
    }

    /** The cause is gone: its alert, if one is open, is resolved, and who was told of it is told so. */
    public Optional<Alert> over(String cause, String why) {
        Optional<Alert> resolved = catalog.write(tx -> over(tx, cause, why));
        resolved.ifPresent(each -> queued.run());
        return resolved;
    }

    /** The same within a transaction. */
    public Optional<Alert> over(CatalogTransaction tx, String cause, String why) {
        return tx.alerts().unresolved(cause).map(open -> resolve(tx, open, "keelson", why));
    }

    private Alert resolve(CatalogTransaction tx, Alert open, String actor, String why) {
        Instant now = clock.instant();
        Alert resolved = open.resolved(now, actor, why);
        tx.alerts().replace(resolved);
        tx.alerts().deliveries(open.id(), LISTED).stream().map(Delivery::channel).distinct().sorted().forEach(channel -> {
            if (channels.stream().anyMatch(each -> each.name().equals(channel))) {
                tell(tx, resolved, Event.RESOLVED, channel, now);
            }
        });
        return resolved;
    }

    /**
     * A person resolves one.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it is resolved
     */
    public Alert resolve(String id, String actor, String reason) {
        Alert resolved = catalog.write(tx -> {
            Alert done = resolve(tx, open(tx, id), actor, reason);
            audit(tx, done, "alert resolved", actor, reason);
            return done;
        });
        queued.run();
        return resolved;
    }

    /**
     * A person knows of one: it is silent until it is resolved.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it is resolved
     */
    public Alert acknowledge(String id, String actor, String reason) {
        return catalog.write(tx -> {
            Alert known = open(tx, id).acknowledged(actor, reason);
            tx.alerts().replace(known);
            audit(tx, known, "alert acknowledged", actor, reason);
            return known;
        });
    }

    /**
     * One is silent for a time.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it is resolved; BAD_REQUEST when the time is not positive
     */
    public Alert snooze(String id, Duration time, String actor, String reason) {
        if (!time.isPositive()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "It cannot be silent for %s.".formatted(time), "Maybe say 7d.");
        }
        return catalog.write(tx -> {
            Alert silent = open(tx, id).snoozed(clock.instant().plus(time), actor, reason);
            tx.alerts().replace(silent);
            audit(tx, silent, "alert snoozed", actor, reason);
            return silent;
        });
    }

    private void audit(CatalogTransaction tx, Alert alert, String action, String actor, String reason) {
        tx.addAudit(new AuditEntry(
                0, clock.instant(), actor, action, alert.model(), null, "%s: %s".formatted(alert.cause(), reason), "{}"));
    }

    /**
     * A message that says it is a test.
     *
     * @param alert that it is about, which is resolved
     * @param message claimed for whoever asked, who hands it over; when that fails to happen, any courier does
     */
    public record Trial(Alert alert, Delivery message) {}

    /**
     * Writes a message that says it is a test, for the caller to hand over: {@link AlertCourier#deliver}.
     *
     * @throws KeelsonException NOT_FOUND when there is no such channel
     */
    public Trial test(String channel, String actor) {
        if (channels.stream().noneMatch(each -> each.name().equals(channel))) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "There is no channel (%s); the channels are %s."
                            .formatted(channel, channels.stream().map(AlertChannel::name).toList()),
                    "Maybe add it to `alerts` of the project file.");
        }
        return catalog.write(tx -> {
            Instant now = clock.instant();
            String id = ids.get();
            Alert test = Alert.raised(
                            id, "test/" + id, "test", Alert.Severity.INFO, "", "the channel " + channel,
                            "Nothing happened: %s tries whether messages arrive here.".formatted(actor), "", "/alerts", now)
                    .resolved(now, actor, "A test.");
            tx.alerts().add(test);
            Delivery message = message(test, Event.TEST, channel, now).claimed(now.plus(AlertCourier.CLAIM));
            tx.alerts().putDelivery(message);
            return new Trial(test, message);
        });
    }

    /** Those asked for. */
    public List<Alert> list(AlertQuery query) {
        return catalog.read(tx -> tx.alerts().alerts(query));
    }

    /**
     * The one of that id.
     *
     * @throws KeelsonException NOT_FOUND
     */
    public Alert alert(String id) {
        return catalog.read(tx -> required(tx, id));
    }

    /** What was told, newest first; of one alert when it is not null. */
    public List<Delivery> deliveries(@Nullable String alert, int limit) {
        return catalog.read(tx -> tx.alerts().deliveries(alert, limit));
    }

    /** Where they are told. */
    public List<AlertChannel> channels() {
        return channels;
    }

    private static Alert required(CatalogTransaction tx, String id) {
        return tx.alerts().alert(id).orElseThrow(() -> new KeelsonException(
                ErrorCode.NOT_FOUND, "There is no alert (%s).".formatted(id), "Maybe list them: `keelson alerts list`."));
    }

    private static Alert open(CatalogTransaction tx, String id) {
        Alert alert = required(tx, id);
        if (!alert.unresolved()) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT, "The alert (%s) was resolved at %s.".formatted(id, AlertText.shown(alert.endedAt())), null);
        }
        return alert;
    }
}
