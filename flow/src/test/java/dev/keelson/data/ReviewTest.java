package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.ReviewDecision.Action;
import dev.keelson.data.RowRule.OnFail;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReviewTest {
    private static final Instant NOW = Instant.parse("2021-03-01T00:00:00Z");
    private static final String CSV =
            """
            id,date,odds,note
            a,2021-01-01,2.5,"one, two"
            b,2021-01-02,0.5,x
            c,2021-02-20,oops,y
            d,2021-01-03,90,z
            """;
    private static final SourceDefinition SOURCE = Sources.dated()
            .least("odds", 1.01, ColumnDefinition.OnFail.QUARANTINE)
            .rule("odds < 50", OnFail.WARN)
            .build();

    private final InMemoryDatasetStore store = new InMemoryDatasetStore();
    private final DataLoad load = new DataLoad(store);
    private final List<ReviewDecision> decisions = new ArrayList<>();
    private Instant now = NOW;

    private LoadReport load() {
        now = now.plusSeconds(60);
        return load.load(Review.apply(Sources.read(SOURCE, CSV), decisions), null, now);
    }

    private ReviewDecision decide(QuarantinedRow row, Action action, Map<String, String> cells) {
        now = now.plusSeconds(60);
        ReviewDecision decision = Review.decide(
                "matches", row, action, List.of("id", "date", "odds", "note"), cells, "ann", "I looked it up.", now);
        decisions.add(decision);
        return decision;
    }

    private List<String> ids() {
        Frame frame = store.read(store.latest("matches").orElseThrow());
        return IntStream.range(0, frame.rows())
                .mapToObj(i -> Objects.requireNonNull(frame.strings("id").values()[i]))
                .sorted()
                .toList();
    }

    private double odds(String id) {
        Frame frame = store.read(store.latest("matches").orElseThrow());
        for (int i = 0; i < frame.rows(); i++) {
            if (id.equals(frame.strings("id").values()[i])) {
                return frame.doubles("odds").values()[i];
            }
        }
        return Double.NaN;
    }

    @Test
    void acceptedRowIsLoadedThoughARuleSaysOtherwise() {
        LoadReport first = load();
        decide(first.quarantined().getFirst(), Action.ACCEPT, Map.of());

        LoadReport second = load();

        assertThat(first.quarantined()).hasSize(2);
        assertThat(second.loaded()).isEqualTo(1); // though its date lies before the late window
        assertThat(second.quarantined()).hasSize(1);
        assertThat(odds("b")).isEqualTo(0.5);
    }

    @Test
    void correctionLoadsOtherCellsAndIsReversible() {
        LoadReport first = load();
        String before = Objects.requireNonNull(first.version()).id();
        ReviewDecision correction =
                decide(first.quarantined().get(1), Action.CORRECT, Map.of("odds", "3.5", "note", "a, \"b\""));

        assertThat(correction.before()).containsExactlyInAnyOrderEntriesOf(Map.of("odds", "oops", "note", "y"));
        assertThat(load().loaded()).isEqualTo(1);
        assertThat(odds("c")).isEqualTo(3.5);
        assertThat(load().changed()).isFalse();

        decisions.add(Review.revert(decisions, correction.id(), "bob", "It was right.", now.plusSeconds(1)));
        LoadReport last = load();

        assertThat(last.quarantined()).hasSize(2);
        assertThat(Objects.requireNonNull(store.get(before)).isPresent()).isTrue();
    }

    @Test
    void aCorrectionThatWouldBeSetAsideIsRefusedWithAllThatIsWrong() {
        SourceDefinition source = Sources.dated()
                .least("odds", 1.01, ColumnDefinition.OnFail.QUARANTINE)
                .rule("odds < 50", OnFail.QUARANTINE)
                .rule("note != 'w'", OnFail.QUARANTINE)
                .rule("odds < 4", OnFail.WARN)
                .build();
        SourceRows rows = Sources.read(source, CSV);
        QuarantinedRow row = rows.quarantined().stream()
                .filter(each -> each.line() == 4)
                .findFirst()
                .orElseThrow();

        assertThat(judged(rows, row, Map.of("odds", "1,5", "date", "soon")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.BAD_CELL, ErrorCode.BAD_CELL);
        assertThat(judged(rows, row, Map.of("odds", "1,5", "date", "soon")))
                .extracting(Problem::message)
                .anyMatch(message -> message.contains("value (soon) of the column (date)"))
                .anyMatch(message -> message.contains("value (1,5) of the column (odds)"));
        assertThat(judged(rows, row, Map.of("odds", "1.0")))
                .extracting(Problem::message)
                .containsExactly("After its correction: The value (1.0) of the column (odds) is below the least value allowed (1.01).");
        assertThat(judged(rows, row, Map.of("odds", "60", "note", "w")))
                .extracting(Problem::message)
                .containsExactly(
                        "After its correction: The row breaks the rule (odds < 50): odds is 60.",
                        "After its correction: The row breaks the rule (note != 'w'): note is w.");
        assertThat(judged(rows, row, Map.of("odds", "2", "id", "a")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("key (a) belongs to another row"));
        assertThat(judged(rows, row, Map.of("odds", "5"))).isEmpty();
    }

    private static List<Problem> judged(SourceRows rows, QuarantinedRow row, Map<String, String> cells) {
        ReviewDecision correction = Review.decide(
                "matches", row, Action.CORRECT, rows.header(), cells, "ann", "I looked it up.", NOW);
        try {
            Review.judge(rows, List.of(), row, correction);
            return List.of();
        } catch (KeelsonException e) {
            return e.problems();
        }
    }

    @Test
    void markedRowIsCorrectedRejectedAndComesBack() {
        LoadReport first = load();
        QuarantinedRow marked = first.marked().getFirst();
        ReviewDecision correction = decide(marked, Action.CORRECT, Map.of("odds", "9.0"));

        LoadReport corrected = load();

        assertThat(corrected.updated()).isEqualTo(1);
        assertThat(corrected.marked()).isEmpty();
        assertThat(odds("d")).isEqualTo(9.0);

        decisions.add(Review.revert(decisions, correction.id(), "ann", "No.", now.plusSeconds(1)));
        assertThat(load().updated()).isEqualTo(1);
        assertThat(odds("d")).isEqualTo(90.0);

        ReviewDecision rejection = decide(marked, Action.REJECT, Map.of());
        LoadReport rejected = load();
        assertThat(rejected.quarantined()).hasSize(3);
        assertThat(ids()).containsExactly("a");

        decisions.add(Review.revert(decisions, rejection.id(), "ann", "It is right.", now.plusSeconds(1)));
        load();
        assertThat(ids()).containsExactly("a", "d");
    }

    @Test
    void acceptedMarkIsNoLongerMarked() {
        LoadReport first = load();
        decide(first.marked().getFirst(), Action.ACCEPT, Map.of());

        LoadReport second = load();

        assertThat(second.marked()).isEmpty();
        assertThat(second.warnings()).isEmpty();
        assertThat(ids()).contains("d");
    }

    @Test
    void correctionThatBreaksARuleIsSetAsideAndOpenAgain() {
        LoadReport first = load();
        decide(first.quarantined().get(1), Action.CORRECT, Map.of("odds", "0.2"));

        LoadReport second = load();

        assertThat(second.quarantined()).hasSize(2);
        assertThat(second.quarantined().get(1).reason()).startsWith("After its correction: The value (0.2)");
        assertThat(second.quarantined().get(1).line()).isEqualTo(4);
        assertThat(Review.queue("matches", second.quarantined(), second.marked(), decisions, now))
                .filteredOn(Review.Item::open)
                .hasSize(3);
    }

    @Test
    void queueShowsWhatWaitsForTheNextLoad() {
        LoadReport first = load();
        Instant loadedAt = now;
        decide(first.quarantined().getFirst(), Action.ACCEPT, Map.of());
        decide(first.quarantined().get(1), Action.REJECT, Map.of());

        List<Review.Item> queue = Review.queue("matches", first.quarantined(), first.marked(), decisions, loadedAt);

        assertThat(queue).extracting(Review.Item::open).containsExactly(false, false, true);
        assertThat(queue).extracting(Review.Item::kind)
                .containsExactly(Review.Kind.QUARANTINED, Review.Kind.QUARANTINED, Review.Kind.MARKED);
    }

    @Test
    void jsonLinesAreReviewedAlike() {
        String lines =
                """
                {"id":"a","date":"2021-01-01","odds":2.5}
                {"id":"b","date":"2021-01-02","odds":0.5,"note":"x"}
                {"id":"c","date":"2021-02-20","odds":"oops"}
                """;
        SourceRows read = SourceReader.parse(SOURCE, "m.jsonl", lines.getBytes(StandardCharsets.UTF_8), null);
        QuarantinedRow wrong = read.quarantined().get(1);
        decisions.add(Review.decide(
                "matches", wrong, Action.CORRECT, read.header(), Map.of("odds", "3.5"), "ann", "Typo.", NOW));
        decisions.add(Review.decide(
                "matches", read.quarantined().getFirst(), Action.ACCEPT, List.of(), Map.of(), "ann", "Right.", NOW));

        load.load(Review.apply(read, decisions), null, NOW);

        assertThat(decisions.getFirst().before()).isEqualTo(Map.of("odds", "oops"));
        assertThat(ids()).containsExactly("a", "b", "c");
        assertThat(odds("c")).isEqualTo(3.5);
        assertThat(odds("b")).isEqualTo(0.5);
    }

    @Test
    void decisionSurvivesItsJson() throws Exception {
        LoadReport first = load();
        ReviewDecision decision = decide(first.quarantined().get(1), Action.CORRECT, Map.of("odds", "3.5"));

        assertThat(ReviewDecision.fromJson(new ObjectMapper().readTree(decision.toJson().toString())))
                .isEqualTo(decision);
        assertThat(decision.id()).matches("[0-9a-f]{16}");
    }

    @Test
    void correctionOfAnUnknownColumnIsRefused() {
        LoadReport first = load();

        assertThatThrownBy(() -> decide(first.quarantined().get(1), Action.CORRECT, Map.of("ods", "3")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("odds");
        assertThatThrownBy(() -> Review.revert(List.of(), "abc", "ann", "why", NOW))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("keelson data review history");
    }

    @Test
    void decisionIsRevertedByAUniqueBeginning() {
        LoadReport first = load();
        ReviewDecision one = decide(first.quarantined().getFirst(), Action.REJECT, Map.of());
        ReviewDecision two = decide(first.quarantined().get(1), Action.REJECT, Map.of());

        assertThat(Review.revert(List.of(one, two), two.id().substring(0, 6), "ann", "why", NOW).reverts())
                .isEqualTo(two.id());
        assertThatThrownBy(() -> Review.revert(List.of(one, one), one.id().substring(0, 1), "ann", "why", NOW))
                .hasMessageContaining("2 decisions begin with");
        assertThatThrownBy(() -> Review.revert(List.of(one), "", "ann", "why", NOW))
                .isInstanceOf(KeelsonException.class);
    }
}
