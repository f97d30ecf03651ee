package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SearchSpaceTest {
    private static final Parameter BOOSTER = Parameter.of("booster", ChoiceDomain.of("tree", "dart", "linear"));

    @Test
    void parametersAreSortedByNameAndConditionsByTheParentsOrder() {
        SearchSpace space = SearchSpace.of(
                Parameter.of("z", IntegerDomain.of(1, 2)),
                BOOSTER,
                Parameter.of("a", IntegerDomain.of(1, 2)).when("booster", "dart", "tree"));

        assertThat(space.names()).containsExactly("a", "booster", "z");
        assertThat(space.parameters().getFirst()).isEqualTo(
                Parameter.of("a", IntegerDomain.of(1, 2)).when("booster", "tree", "dart"));
    }

    @Test
    void groupsFollowTheirParents() {
        SearchSpace space = SearchSpace.of(
                Parameter.of("a", IntegerDomain.of(1, 2)).when("m", 2),
                Parameter.of("b", IntegerDomain.of(1, 2)).when("m", 2),
                Parameter.of("m", IntegerDomain.of(1, 3)).when("booster", "dart"),
                BOOSTER);

        assertThat(space.groups().stream().map(group -> group.parameters().stream().map(Parameter::name).toList()))
                .containsExactly(List.of("booster"), List.of("m"), List.of("a", "b"));
    }

    @Test
    void everythingWrongIsReportedAtOnce() {
        KeelsonException exception = catchThrowableOfType(
                KeelsonException.class,
                () -> SearchSpace.of(
                        BOOSTER,
                        Parameter.of("a", IntegerDomain.of(1, 2)).when("boster", "dart"),
                        Parameter.of("b", IntegerDomain.of(1, 2)).when("booster", "forest"),
                        Parameter.of("c", IntegerDomain.of(1, 2)),
                        Parameter.of("c", IntegerDomain.of(1, 3))));

        assertThat(exception.problems())
                .extracting(Problem::toString)
                .satisfiesExactlyInAnyOrder(
                        message -> assertThat(message).contains("c is there twice"),
                        message -> assertThat(message).contains("names no parameter", "Maybe `booster` was meant."),
                        message -> assertThat(message).contains("can never hold for forest"));
    }

    @Test
    void conditionsInACircleAreRefused() {
        assertThatThrownBy(() -> SearchSpace.of(
                        Parameter.of("a", IntegerDomain.of(1, 2)).when("b", 1),
                        Parameter.of("b", IntegerDomain.of(1, 2)).when("a", 1)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("leads back to itself");
        assertThatThrownBy(() -> new SearchSpace(List.of()))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("at least one parameter");
    }

    @Test
    void storedValuesAreReadAsTheDomainHasThem() {
        SearchSpace space = SearchSpace.of(
                BOOSTER,
                Parameter.of("depth", IntegerDomain.of(1, 9)),
                Parameter.of("rate", RealDomain.of(0, 1)),
                Parameter.of("drop", new RealDomain(0, 1, 0.1, false)).when("booster", "dart"));

        assertThat(space.read(Map.of("booster", "dart", "depth", "3", "rate", 1, "drop", 0.1 + 0.2)))
                .containsExactly(
                        Map.entry("booster", "dart"), Map.entry("depth", 3L), Map.entry("drop", 0.3), Map.entry("rate", 1.0));
        assertThatThrownBy(() -> space.read(Map.of("booster", "tree", "depth", 3.5, "drop", 0.1)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("depth (3.5) must be one of 1..9")
                .hasMessageContaining("rate (0.0..1.0) has no value")
                .hasMessageContaining("drop (0.1) is not active");
    }

    @Test
    void positionsOfTheUnitIntervalCoverADomainEvenly() {
        for (Domain domain : List.of(
                IntegerDomain.of(3, 10), new IntegerDomain(50, 200, 10, false), new RealDomain(0, 1, 0.125, false), BOOSTER.domain())) {
            Map<Object, Long> counts = new java.util.TreeMap<>();
            int n = 9 * 8 * 16 * 3;
            for (int i = 0; i < n; i++) {
                Object value = domain.at((i + 0.5) / n);
                assertThat(domain.contains(value)).isTrue();
                counts.merge(value, 1L, Long::sum);
            }
            assertThat(counts.values()).allSatisfy(count -> assertThat(count).isEqualTo(n / counts.size()));
        }
    }

    @Test
    void logDomainGivesEachFactorTheSameShare() {
        IntegerDomain whole = new IntegerDomain(1, 1000, 1, true);
        RealDomain real = RealDomain.log(1e-4, 1);

        assertThat(real.at(0.5)).isEqualTo(StrictMath.exp(StrictMath.log(1e-4) / 2));
        assertThat(whole.at(0.0)).isEqualTo(1L);
        assertThat(whole.at(0.999999)).isEqualTo(1000L);
        assertThat((Long) whole.at(0.5)).isBetween(20L, 24L);
    }
}
