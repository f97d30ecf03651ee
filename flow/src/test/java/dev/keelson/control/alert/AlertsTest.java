package dev.keelson.control.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.control.alert.AlertChannel.Answer;
import dev.keelson.control.alert.Alerts.News;
import dev.keelson.control.alert.Alerts.Trial;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Alert.Severity;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.alert.Delivery.Event;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AlertsTest {
    private static final Instant T0 = Instant.parse("2026-03-01T02:00:00Z");

    private final Catalog catalog = new InMemoryCatalog();
    private Instant now = T0;
    private int given;
    private final Chat phone = new Chat("phone", Set.of());
    private final Chat mail = new Chat("mail", Set.of("failure"));
    private final Alerts alerts =
            new Alerts(catalog, () -> now, () -> "id" + ++given, List.of(phone, mail), () -> {});
    private final AlertCourier courier =
            new AlertCourier(catalog, () -> now, List.of(phone, mail), Duration.ofSeconds(1));

    /** Keeps what it is told, and answers as the test says. */
    private static final class Chat implements AlertChannel {
        private final String name;
        private final Set<String> kinds;
        private final List<Delivery> got = new ArrayList<>();
        private final Deque<Answer> answers = new ArrayDeque<>();

        Chat(String name, Set<String> kinds) {
            this.name = name;
            this.kinds = kinds;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<String> kinds() {
            return kinds;
        }

        @Override
        public Answer send(Alert alert, Delivery delivery) {
            got.add(delivery);
            return answers.isEmpty() ? Answer.TAKEN : answers.poll();
        }

        @Override
        public void close() {
            // nothing is held open
        }
    }

    private static News drift(Severity severity) {
        return new News(
                "drift/football", "drift", severity, "football", "odds moved", "3 of 8 features drifted. 612 rows, last 7 days.",
                "keelson drift report --model football", "/models/football/drift");
    }

    private List<Event> told() {
        courier.deliverAll();
        return phone.got.stream().map(Delivery::event).toList();
    }

    @Test
    void whatASummaryTellsIsToldByItselfOnlyWhereSummariesAreNot() {
        Chat promotions = new Chat("promotions", Set.of("promotion"));
        Chat both = new Chat("both", Set.of("promotion", "retraining"));
        News news = new News("promotion/m/v2", "promotion", Severity.INFO, "m", "v2 serves now", "It is better.", "", "");

        new Alerts(catalog, () -> now, () -> "id" + ++given, List.of(phone, mail, both), () -> {}).informBeside("retraining", "p1", news);
        boolean told = catalog.read(tx -> tx.alerts().alert("p1")).isPresent();
        Alerts all = new Alerts(catalog, () -> now, () -> "id" + ++given, List.of(phone, mail, promotions, both), () -> {});
        all.informBeside("retraining", "p1", news);
        all.informBeside("retraining", "p1", news);

        assertThat(told).isFalse();
        assertThat(all.deliveries("p1", 10)).extracting(Delivery::channel).containsExactly("promotions");
        assertThat(all.alert("p1").state()).isEqualTo(Alert.State.RESOLVED);
    }

    @Test
    void oneCauseIsToldOnceHoweverOftenItComes() {
        alerts.console("http://127.0.0.1:8710");
        Alert raised = alerts.raise(drift(Severity.WARNING));
        now = T0.plusSeconds(3_600);
        Alert again = alerts.raise(drift(Severity.WARNING));

        assertThat(told()).containsExactly(Event.RAISED);
        assertThat(mail.got).isEmpty();
        assertThat(again.id()).isEqualTo(raised.id());
        assertThat(again.count()).isEqualTo(2);
        assertThat(phone.got.getFirst().subject()).isEqualTo("Drift, warning: football: odds moved");
        assertThat(phone.got.getFirst().body()).isEqualTo("""
                3 of 8 features drifted. 612 rows, last 7 days.
                Open: http://127.0.0.1:8710/models/football/drift
                Do: keelson drift report --model football
                Quiet: keelson alerts snooze %s 7d""".formatted(raised.id()));
    }

    @Test
    void whatGetsWorseOrIsForgottenIsToldAgain() {
        alerts.raise(drift(Severity.WARNING));
        told();
        alerts.raise(drift(Severity.CRITICAL));
        assertThat(told()).containsExactly(Event.RAISED, Event.REMINDED);
        now = T0.plus(Duration.ofHours(25));
        alerts.raise(drift(Severity.WARNING));

        assertThat(told()).containsExactly(Event.RAISED, Event.REMINDED, Event.REMINDED);
        assertThat(alerts.raise(drift(Severity.WARNING)).severity()).isEqualTo(Severity.CRITICAL);
    }

    @Test
    void whoKnowsHasPeaceUntilItIsOver() {
        Alert raised = alerts.raise(drift(Severity.WARNING));
        told();
        alerts.acknowledge(raised.id(), "ann", "Looking.");
        now = T0.plus(Duration.ofDays(3));
        alerts.raise(drift(Severity.WARNING));
        assertThat(told()).containsExactly(Event.RAISED);

        alerts.over("drift/football", "No drift since Tuesday.");
        assertThat(told()).containsExactly(Event.RAISED, Event.RESOLVED);
        assertThat(alerts.over("drift/football", "Again.")).isEmpty();
        assertThat(alerts.raise(drift(Severity.WARNING)).id()).isNotEqualTo(raised.id());
    }

    @Test
    void somethingNewOfTheSameCauseOpensWhatWasAcknowledged() {
        Alert raised = alerts.raise(drift(Severity.WARNING));
        told();
        alerts.acknowledge(raised.id(), "ann", "Looking.");
        now = T0.plusSeconds(600);

        Alert anew = alerts.raiseAnew(drift(Severity.WARNING));

        assertThat(anew.id()).isEqualTo(raised.id());
        assertThat(anew.state()).isEqualTo(Alert.State.OPEN);
        assertThat(told()).containsExactly(Event.RAISED, Event.REMINDED);
        alerts.snooze(raised.id(), Duration.ofDays(7), "ann", "Known.");
        assertThat(alerts.raiseAnew(drift(Severity.WARNING)).state()).isEqualTo(Alert.State.SNOOZED);
        assertThat(told()).hasSize(2);
    }

    @Test
    void snoozedAlertIsSilentForItsTime() {
        Alert raised = alerts.raise(drift(Severity.WARNING));
        told();
        alerts.snooze(raised.id(), Duration.ofDays(7), "ann", "Known.");
        now = T0.plus(Duration.ofDays(6));
        alerts.raise(drift(Severity.WARNING));
        assertThat(told()).containsExactly(Event.RAISED);
        now = T0.plus(Duration.ofDays(8));
        alerts.raise(drift(Severity.WARNING));

        assertThat(told()).containsExactly(Event.RAISED, Event.REMINDED);
        assertThat(alerts.alert(raised.id()).state()).isEqualTo(Alert.State.OPEN);
    }

    @Test
    void whatWasResolvedIsNotChanged() {
        Alert raised = alerts.raise(drift(Severity.WARNING));
        alerts.resolve(raised.id(), "ann", "The feed was mended.");

        assertThat(catchThrowableOfType(KeelsonException.class, () -> alerts.acknowledge(raised.id(), "bob", "")).code())
                .isEqualTo(ErrorCode.CONFLICT);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> alerts.alert("nothing")).code())
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(catalog.<Integer>read(tx -> tx.audit("football", 9).size())).isOne();
    }

    @Test
    void whatIsNotTakenIsTriedLaterWithTheSameId() {
        phone.answers.add(Answer.later("It answered 503."));
        alerts.raise(drift(Severity.WARNING));
        courier.deliverAll();
        courier.deliverAll();
        assertThat(phone.got).hasSize(1);
        now = T0.plusSeconds(30);
        courier.deliverAll();

        assertThat(phone.got).extracting(Delivery::id).hasSize(2).containsOnly(phone.got.getFirst().id());
        assertThat(alerts.deliveries(null, 9)).extracting(Delivery::state, Delivery::attempts)
                .containsExactly(tuple(Delivery.State.SENT, 2));
    }

    @Test
    void whatIsRefusedOrNeverTakenIsGivenUpAndSaidSo() {
        phone.answers.add(Answer.refused("The chat does not exist."));
        alerts.raise(drift(Severity.WARNING));
        courier.deliverAll();
        assertThat(alerts.deliveries(null, 9)).extracting(Delivery::state, Delivery::error)
                .containsExactly(tuple(Delivery.State.FAILED, "The chat does not exist."));

        for (int i = 0; i < AlertCourier.ATTEMPTS; i++) {
            phone.answers.add(Answer.later("It hangs."));
        }
        alerts.raise(drift(Severity.CRITICAL));
        for (int i = 0; i < 2 * AlertCourier.ATTEMPTS; i++) {
            courier.deliverAll();
            now = now.plus(Duration.ofHours(4));
        }
        assertThat(alerts.deliveries(null, 9)).extracting(Delivery::state).containsOnly(Delivery.State.FAILED);
        assertThat(phone.got).hasSize(1 + AlertCourier.ATTEMPTS);
    }

    @Test
    void whatACourierDiedWithIsSentByTheNext() {
        alerts.raise(drift(Severity.WARNING));
        Delivery waiting = catalog.<Optional<Delivery>>read(tx -> tx.alerts().due("phone", now)).orElseThrow();
        catalog.update(tx -> tx.alerts().putDelivery(waiting.claimed(now.plus(Duration.ofMinutes(2))))); // and then it died
        courier.deliverAll();
        assertThat(phone.got).isEmpty();
        now = T0.plus(Duration.ofMinutes(2));

        assertThat(told()).containsExactly(Event.RAISED);
    }

    @Test
    void channelIsTriedAtOnceByWhoeverAsksAndOnlyOnce() {
        phone.answers.add(Answer.later("It hangs."));
        alerts.raise(drift(Severity.WARNING)); // waits, and is not handed over on the way
        Trial test = alerts.test("mail", "ann");
        courier.deliverAll();
        assertThat(mail.got).isEmpty(); // claimed

        Delivery taken = courier.deliver(test.alert(), test.message());
        mail.answers.add(Answer.later("It answered 503."));
        Trial second = alerts.test("mail", "ann");
        Delivery refused = courier.deliver(second.alert(), second.message());

        assertThat(mail.got).containsExactly(test.message(), second.message());
        assertThat(taken.state()).isEqualTo(Delivery.State.SENT);
        assertThat(refused).extracting(Delivery::state, Delivery::error).containsExactly(Delivery.State.FAILED, "It answered 503.");
        assertThat(test.message().subject()).isEqualTo("Test: the channel mail");
        assertThat(test.message().body()).isEqualTo("Nothing happened: ann tries whether messages arrive here.");
        assertThat(catchThrowableOfType(KeelsonException.class, () -> alerts.test("fax", "ann")).getMessage())
                .contains("fax", "phone", "mail");
    }

    @Test
    void testOfAProcessThatDiedIsHandedOverByACourier() {
        alerts.test("mail", "ann");
        now = T0.plus(Duration.ofMinutes(2));
        courier.deliverAll();

        assertThat(mail.got).extracting(Delivery::event).containsExactly(Event.TEST);
    }

    @Test
    void whatIsNotTakenIsTriedForAboutADay() {
        for (int i = 0; i < AlertCourier.ATTEMPTS; i++) {
            phone.answers.add(Answer.later("It hangs."));
        }
        alerts.raise(drift(Severity.WARNING));
        while (phone.got.size() < AlertCourier.ATTEMPTS) {
            courier.deliverAll();
            now = now.plusSeconds(30);
        }

        assertThat(Duration.between(T0, now)).isBetween(Duration.ofHours(23), Duration.ofHours(25));
    }

    @Test
    void peopleAreInTheAuditTrailWithTheTimeOfWhatTheyDid() {
        Alert raised = alerts.raise(drift(Severity.WARNING));
        now = T0.plus(Duration.ofHours(5));
        alerts.acknowledge(raised.id(), "ann", "Looking.");
        now = T0.plus(Duration.ofHours(6));
        alerts.snooze(raised.id(), Duration.ofDays(1), "ann", "Later.");

        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit("football", 9)))
                .extracting(AuditEntry::action, AuditEntry::at)
                .containsExactly(
                        tuple("alert snoozed", T0.plus(Duration.ofHours(6))),
                        tuple("alert acknowledged", T0.plus(Duration.ofHours(5))));
    }

    @Test
    void channelThatIsFarBehindHoldsUpNoOther() {
        for (int i = 0; i < 300; i++) {
            alerts.raise(new News("drift/" + i, "drift", Severity.WARNING, "m" + i, "moved", "It moved.", "", ""));
        }
        now = T0.plusSeconds(1);
        phone.answers.add(Answer.later("It hangs."));
        alerts.raise(new News("failure/m", "failure", Severity.WARNING, "m", "failed", "It failed.", "", ""));
        courier.deliverAll();

        assertThat(phone.got).hasSize(1);
        assertThat(mail.got).extracting(Delivery::event).containsExactly(Event.RAISED);
    }
}
