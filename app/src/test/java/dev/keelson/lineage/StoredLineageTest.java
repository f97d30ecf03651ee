package dev.keelson.lineage;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.lineage.LineageGraph.Edge;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StoredLineageTest {
    private final SmallWorld world = new SmallWorld();

    private LineageGraph around(String of) {
        return world.lineage().graph(LineageQuery.around(of));
    }

    private LineageGraph up(String of, int depth) {
        return world.lineage().graph(new LineageQuery(of, true, false, depth, 20, 0));
    }

    private LineageGraph down(String of, int depth) {
        return world.lineage().graph(new LineageQuery(of, false, true, depth, 20, 0));
    }

    private static List<String> names(LineageGraph graph, LineageKind kind) {
        return graph.nodes(kind).stream().map(LineageNode::name).toList();
    }

    @Test
    void runComesFromItsDatasetVersionAndItsPinnedViews() {
        LineageGraph graph = around(SmallWorld.RUN.substring(0, 8));

        assertThat(graph.start().kind()).isEqualTo(LineageKind.RUN);
        assertThat(graph.edges())
                .contains(
                        new Edge("dataset/" + world.second.id(), "run/" + SmallWorld.RUN),
                        new Edge("view/form@v1", "run/" + SmallWorld.RUN),
                        new Edge("run/" + SmallWorld.RUN, "model/tips@v1"),
                        new Edge("source/matches", "view/form@v1"));
        assertThat(names(graph, LineageKind.PREDICTION)).hasSize(3);
    }

    @Test
    void datasetVersionComesFromItsFileAndItsParent() {
        LineageGraph graph = up(world.second.id(), 2);

        assertThat(names(graph, LineageKind.DATASET)).containsExactlyInAnyOrder(world.first.id(), world.second.id());
        assertThat(names(graph, LineageKind.FILE)).hasSize(2);
        assertThat(names(graph, LineageKind.SOURCE)).containsExactly("matches");
        assertThat(names(graph, LineageKind.RUN)).isEmpty();
    }

    @Test
    void rowsShownInPartAreCountedWithoutTheModel() {
        LineageGraph graph =
                world.lineage().graph(new LineageQuery(SmallWorld.PREDICTION.toString(), true, false, 1, 1, 0));

        assertThat(graph.notes()).anyMatch(note -> note.endsWith("is shown in part: the first 1; there are more."));
    }

    @Test
    void predictionComesFromTheRowsThatItsWindowsSaw() {
        LineageGraph graph = up(SmallWorld.PREDICTION.toString(), 2);

        assertThat(names(graph, LineageKind.ROW))
                .containsExactlyInAnyOrder("matches:2020-01-15|A|C", "matches:2020-01-08|C|A");
        assertThat(names(graph, LineageKind.MODEL)).containsExactly("tips@v1");
        assertThat(graph.edges())
                .contains(
                        new Edge("dataset/" + world.first.id(), "row/matches:2020-01-08|C|A"),
                        new Edge("dataset/" + world.second.id(), "row/matches:2020-01-15|A|C"));
        assertThat(graph.node("row/matches:2020-01-15|A|C").orElseThrow().facts())
                .containsEntry("event_time", "2020-01-15T00:00:00Z")
                .containsKey("known_at")
                .containsEntry("dataset", world.second.id());
    }

    @Test
    void windowOfTimeBoundsTheRows() {
        SmallWorld other = new SmallWorld("count(result) over 20d");

        LineageGraph graph = other.lineage()
                .graph(new LineageQuery(SmallWorld.PREDICTION.toString(), true, false, 1, 20, 0));

        assertThat(names(graph, LineageKind.ROW)).containsExactly("matches:2020-01-15|A|C");
    }

    @Test
    void featureWithoutWindowSeesEverythingKnownBefore() {
        SmallWorld other = new SmallWorld("streak(result = 'H')");
        LineageQuery query = new LineageQuery(SmallWorld.EARLY.toString(), true, false, 1, 20, 0);

        assertThat(names(other.lineage().graph(query), LineageKind.ROW)).containsExactly("matches:2020-01-01|A|B");
    }

    @Test
    void ratingLeadsToTheRowsOfOpponentsBeforeTheyMet() {
        SmallWorld other = new SmallWorld("elo(result, k=20)");
        UUID late = new UUID(1, 9);
        other.log.append(List.of(SmallWorld.prediction(late, "2020-02-03|B|D", "2020-02-03T00:00:00Z")), true);
        other.log.catchUp();

        LineageGraph graph = other.lineage().graph(new LineageQuery(late.toString(), true, false, 1, 20, 0));

        assertThat(names(graph, LineageKind.ROW))
                .containsExactlyInAnyOrder(
                        "matches:2020-01-22|B|C",
                        "matches:2020-01-15|A|C",
                        "matches:2020-01-08|C|A",
                        "matches:2020-01-01|A|B");
        assertThat(graph.node("row/matches:2020-01-15|A|C").orElseThrow().facts()).containsEntry("through", "the rating of C");
        assertThat(graph.node("row/matches:2020-01-22|B|C").orElseThrow().facts()).doesNotContainKey("through");
        assertThat(graph.notes()).anyMatch(note -> note.contains("opponents of opponents"));
        // C met B after A had met C: what became of it is no part of A's rating
        LineageGraph first = other.lineage().graph(new LineageQuery(SmallWorld.PREDICTION.toString(), true, false, 1, 20, 0));
        assertThat(names(first, LineageKind.ROW)).hasSize(3).doesNotContain("matches:2020-01-22|B|C");
    }

    @Test
    void rowLeadsToThePredictionsOfItsEntityAfterItWasKnown() {
        LineageGraph late = down("matches:2020-01-15|A|C", 1);
        LineageGraph soon = down("matches:2020-01-01|A|B", 1);

        assertThat(names(late, LineageKind.PREDICTION)).containsExactly(SmallWorld.PREDICTION.toString());
        assertThat(names(soon, LineageKind.PREDICTION))
                .containsExactlyInAnyOrder(SmallWorld.PREDICTION.toString(), SmallWorld.EARLY.toString());
    }

    @Test
    void neighboursComeInPages() {
        LineageGraph one = world.lineage().graph(new LineageQuery("tips@v1", false, true, 1, 2, 0));
        LineageGraph two = world.lineage().graph(new LineageQuery("tips@v1", false, true, 1, 2, 2));

        assertThat(one.nodes(LineageKind.PREDICTION)).hasSize(2);
        assertThat(one.notes()).singleElement().asString().contains("model/tips@v1", "in part");
        assertThat(two.nodes(LineageKind.PREDICTION)).hasSize(1);
        assertThat(two.notes()).isEmpty();
    }

    @Test
    void everyNodeIsFoundByItsId() {
        LineageGraph graph = world.lineage().graph(new LineageQuery(SmallWorld.PREDICTION.toString(), true, false, 6, 20, 0));

        assertThat(graph.nodes()).extracting(LineageNode::kind).contains(LineageKind.values());
        assertThat(graph.nodes()).allSatisfy(node -> assertThat(around(node.id()).start()).isEqualTo(node));
    }

    @Test
    void unknownNodeSuggestsWhatIsNear() {
        assertThatThrownBy(() -> around("tip@v1"))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
                .hasMessageContaining("tips@v1");
        assertThatThrownBy(() -> around("matches:2020-01-15|A")).hasMessageContaining("joined by `|`");
        assertThatThrownBy(() -> around("run/ffff")).isInstanceOf(KeelsonException.class);
    }
}
