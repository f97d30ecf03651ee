package dev.keelson.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.Definition.Kind;
import dev.keelson.registry.DefinitionPlan.Action;
import dev.keelson.registry.DefinitionPlan.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DefinitionPlanTest {
    private static final Instant NOW = Instant.parse("2024-05-01T00:00:00Z");
    private static final Definition SOURCE =
            new Definition(Kind.SOURCE, "matches", "key: id\nwarn: row_count > 1", "key: id", List.of());
    private static final Definition FORM = Definition.of(Kind.VIEW, "form", "entity: team", List.of("source matches"));
    private static final Definition MEAN =
            Definition.of(Kind.FEATURE, "form:goals", "mean(goals) over 30d", List.of("view form"));
    private static final Definition SUM =
            Definition.of(Kind.FEATURE, "form:points", "sum(points) over 30d", List.of("view form"));
    private static final Definition ODDS = Definition.of(Kind.VIEW, "odds", "entity: league", List.of("source matches"));
    private static final Definition LABEL =
            Definition.of(Kind.LABEL, "matches.FTR", "expression: FTR", List.of("source matches"));
    private static final Definition MODEL =
            Definition.of(Kind.MODEL, "m", "label: FTR", List.of("label matches.FTR", "feature form:goals"));
    private static final Definition OTHER =
            Definition.of(Kind.MODEL, "other", "label: FTR", List.of("label matches.FTR", "feature form:points"));
    private static final List<Definition> ALL = List.of(SOURCE, FORM, MEAN, SUM, ODDS, LABEL, MODEL, OTHER);

    private final InMemoryCatalog catalog = new InMemoryCatalog();

    private DefinitionPlan plan(List<Definition> file) {
        return DefinitionPlan.of(file, catalog.read(tx -> tx.definitions()));
    }

    private DefinitionPlan apply(List<Definition> file) {
        DefinitionPlan plan = plan(file);
        catalog.update(tx -> plan.apply(file, tx, NOW));
        return plan;
    }

    private static List<Definition> with(Definition old, Definition... instead) {
        List<Definition> file = new ArrayList<>(ALL);
        int at = file.indexOf(old);
        file.remove(at);
        file.addAll(at, List.of(instead));
        return file;
    }

    @Test
    void everythingIsNewAtFirstAndNothingIsAfterwards() {
        DefinitionPlan first = apply(ALL);

        assertThat(first.changes()).hasSize(8).allMatch(change -> change.action() == Action.ADD);
        assertThat(first.materialize()).containsExactly("form", "odds");
        assertThat(first.retrain()).containsExactly("m", "other");
        assertThat(plan(ALL).isEmpty()).isTrue();
        assertThat(plan(ALL).unaffected()).containsExactly("view form", "view odds", "model m", "model other");
    }

    @Test
    void changedFeatureReachesItsViewAndTheModelsThatAskForIt() {
        apply(ALL);
        Definition longer = Definition.of(Kind.FEATURE, "form:goals", "mean(goals) over 60d", List.of("view form"));

        DefinitionPlan plan = plan(with(MEAN, longer));

        assertThat(plan.changes()).singleElement().satisfies(change -> {
            assertThat(change.action()).isEqualTo(Action.CHANGE);
            assertThat(change.from()).isEqualTo(1);
            assertThat(change.difference()).containsExactly("- mean(goals) over 30d", "+ mean(goals) over 60d");
        });
        assertThat(plan.materialize()).containsExactly("form");
        assertThat(plan.retrain()).containsExactly("m");
        assertThat(plan.unaffected()).containsExactly("view odds", "model other");
    }

    @Test
    void changedCheckReachesNothing() {
        apply(ALL);

        DefinitionPlan plan = plan(with(
                SOURCE, new Definition(Kind.SOURCE, "matches", "key: id\nwarn: row_count > 9", "key: id", List.of())));

        assertThat(plan.changes()).hasSize(1);
        assertThat(plan.load()).isEmpty();
        assertThat(plan.materialize()).isEmpty();
        assertThat(plan.retrain()).isEmpty();
    }

    @Test
    void changedLabelRetrainsAndMaterialisesNothing() {
        apply(ALL);

        DefinitionPlan plan = plan(with(
                LABEL, Definition.of(Kind.LABEL, "matches.FTR", "expression: HTR", List.of("source matches"))));

        assertThat(plan.materialize()).isEmpty();
        assertThat(plan.retrain()).containsExactly("m", "other");
    }

    @Test
    void removedFeatureIsToldAndComesBackAsALaterVersion() {
        apply(ALL);

        DefinitionPlan removal = apply(with(SUM));
        DefinitionPlan comeback = apply(ALL);

        assertThat(removal.changes()).extracting(Change::action).containsExactly(Action.REMOVE);
        assertThat(removal.materialize()).containsExactly("form");
        assertThat(removal.retrain()).containsExactly("other");
        assertThat(plan(ALL).isEmpty()).isTrue();
        assertThat(comeback.changes()).extracting(Change::action).containsExactly(Action.ADD);
        assertThat(catalog.<List<DefinitionVersion>>read(tx -> tx.definitions(Kind.FEATURE, "form:points")))
                .extracting(DefinitionVersion::version, DefinitionVersion::removed)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(3, false),
                        org.assertj.core.groups.Tuple.tuple(2, true),
                        org.assertj.core.groups.Tuple.tuple(1, false));
    }

    @Test
    void differenceKeepsCommonLines() {
        assertThat(LineDifference.of("a\nb\nc", "a\nx\nc\nd")).containsExactly("  a", "- b", "+ x", "  c", "+ d");
        assertThat(LineDifference.of("", "a")).containsExactly("+ a");
    }
}
