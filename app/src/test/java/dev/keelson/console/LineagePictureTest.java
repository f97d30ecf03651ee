package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageGraph.Edge;
import dev.keelson.lineage.LineageKind;
import dev.keelson.lineage.LineageNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineagePictureTest {
    private static LineageNode node(LineageKind kind, String name) {
        return new LineageNode(kind, name, name, null, Map.of());
    }

    /** 2,000 nodes in all layers, each with up to three neighbours in the layer before. */
    static LineageGraph large() {
        Random random = new Random(1);
        List<LineageNode> nodes = new ArrayList<>();
        List<Edge> edges = new ArrayList<>();
        LineageKind[] kinds = {
            LineageKind.FILE, LineageKind.DATASET, LineageKind.RUN, LineageKind.MODEL, LineageKind.PREDICTION
        };
        for (int layer = 0; layer < kinds.length; layer++) {
            for (int i = 0; i < 400; i++) {
                LineageNode node = node(kinds[layer], layer + "-" + i);
                nodes.add(node);
                for (int k = 0; layer > 0 && k < 3; k++) {
                    edges.add(new Edge(nodes.get((layer - 1) * 400 + random.nextInt(400)).id(), node.id()));
                }
            }
        }
        return new LineageGraph(nodes.getFirst(), nodes, edges, List.of());
    }

    @Test
    void everyNodeIsALinkAndEveryEdgeALine() {
        LineageNode run = node(LineageKind.RUN, "a<b");
        LineageNode model = node(LineageKind.MODEL, "tips@v1");
        LineageGraph graph =
                new LineageGraph(run, List.of(run, model), List.of(new Edge(run.id(), model.id())), List.of());

        String svg = LineagePicture.draw(graph).html();

        assertThat(svg)
                .contains("href=\"/lineage?of=run%2Fa%3Cb&amp;depth=2\"", "a&lt;b", "href=\"/lineage?of=model%2Ftips%40v1")
                .doesNotContain("style=", "<script", "a<b");
        assertThat(svg.split("class=\"edge\"", -1)).hasSize(2);
    }

    @Test
    void linesCrossLessThanInAnyOrder() {
        List<LineageNode> nodes = new ArrayList<>();
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            nodes.add(node(LineageKind.RUN, "r" + i));
        }
        for (int i = 0; i < 5; i++) {
            nodes.add(node(LineageKind.MODEL, "m" + i));
            edges.add(new Edge("run/r" + (4 - i), "model/m" + i));
        }
        String svg = LineagePicture.draw(new LineageGraph(nodes.getFirst(), nodes, edges, List.of())).html();

        assertThat(svg.indexOf(">m4<")).isLessThan(svg.indexOf(">m0<"));
    }

    @Test
    void twoThousandNodesAreDrawn() {
        String svg = LineagePicture.draw(large()).html();

        assertThat(svg.split("class=\"node", -1)).hasSizeGreaterThan(2_000);
    }
}
