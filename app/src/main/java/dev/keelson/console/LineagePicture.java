package dev.keelson.console;

import dev.keelson.console.view.Markup;
import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageGraph.Edge;
import dev.keelson.lineage.LineageNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Draws a graph in columns from left to right in the order in which data flows; each node is a link. Within a column nodes
 * stand in the order of the mean place of their neighbours to the left (barycentre method of Sugiyama, Tagawa and Toda 1981,
 * one pass to the right and one back), so that few lines cross. Time grows as nodes and lines, with a sort.
 */
final class LineagePicture {
    private static final double WIDTH = 190;
    private static final double HEIGHT = 34;
    private static final double GAP_X = 60;
    private static final double GAP_Y = 10;
    private static final double TOP = 26;
    private static final double MARGIN = 4;
    private static final int LETTERS = 26;

    private LineagePicture() {}

    /** A column of the picture, and the place of each of its nodes. */
    private record Place(int column, int row) {
        double x() {
            return MARGIN + column * (WIDTH + GAP_X);
        }

        double y() {
            return TOP + row * (HEIGHT + GAP_Y);
        }
    }

    static Markup draw(LineageGraph graph) {
        TreeMap<Integer, List<LineageNode>> layers = new TreeMap<>();
        graph.nodes()
                .forEach(node -> layers.computeIfAbsent(node.kind().layer(), layer -> new ArrayList<>())
                        .add(node));
        List<List<LineageNode>> columns = new ArrayList<>(layers.values());
        Map<String, List<String>> before = new HashMap<>();
        Map<String, List<String>> after = new HashMap<>();
        for (Edge edge : graph.edges()) {
            before.computeIfAbsent(edge.to(), id -> new ArrayList<>()).add(edge.from());
            after.computeIfAbsent(edge.from(), id -> new ArrayList<>()).add(edge.to());
        }
        Map<String, Place> places = new HashMap<>();
        place(columns, places);
        for (int c = 1; c < columns.size(); c++) {
            order(columns.get(c), before, places);
            place(columns, places);
        }
        for (int c = columns.size() - 2; c >= 0; c--) {
            order(columns.get(c), after, places);
            place(columns, places);
        }
        int most = columns.stream().mapToInt(List::size).max().orElse(1);
        StringBuilder out = new StringBuilder(graph.nodes().size() * 300);
        double width = 2 * MARGIN + columns.size() * WIDTH + (columns.size() - 1) * GAP_X;
        double height = TOP + most * (HEIGHT + GAP_Y);
        out.append("<svg class=\"chart lineage\" width=\"").append(Svg.number(width)).append("\" height=\"");
        out.append(Svg.number(height)).append("\" viewBox=\"0 0 ").append(Svg.number(width)).append(' ');
        out.append(Svg.number(height)).append("\" role=\"group\" aria-label=\"What ");
        out.append(Svg.escape(graph.start().label())).append(" came from and led to\">");
        for (Edge edge : graph.edges()) {
            line(out, places.get(edge.from()), places.get(edge.to()));
        }
        for (List<LineageNode> column : columns) {
            heading(out, column, places);
            for (LineageNode node : column) {
                node(out, node, places, node.equals(graph.start()));
            }
        }
        return new Markup(out.append("</svg>").toString());
    }

    /** The address of a node's page. */
    static String address(String id, int depth) {
        return "/lineage?of=" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20") + "&depth=" + depth;
    }

    private static void place(List<List<LineageNode>> columns, Map<String, Place> places) {
        for (int c = 0; c < columns.size(); c++) {
            for (int r = 0; r < columns.get(c).size(); r++) {
                places.put(columns.get(c).get(r).id(), new Place(c, r));
            }
        }
    }

    private static void order(
            List<LineageNode> column, Map<String, List<String>> neighbours, Map<String, Place> places) {
        Map<String, Double> middles = new HashMap<>();
        for (LineageNode node : column) {
            middles.put(
                    node.id(),
                    neighbours.getOrDefault(node.id(), List.of()).stream()
                            .mapToInt(id -> {
                                Place place = places.get(id);
                                return place == null ? 0 : place.row();
                            })
                            .average()
                            .orElse(Double.MAX_VALUE));
        }
        column.sort(Comparator.comparingDouble(node -> middles.getOrDefault(node.id(), Double.MAX_VALUE)));
    }

    private static void heading(StringBuilder out, List<LineageNode> column, Map<String, Place> places) {
        Place place = places.get(column.getFirst().id());
        if (place == null) {
            return;
        }
        String kinds = String.join(
                ", ", column.stream().map(node -> node.kind().word()).distinct().toList());
        out.append("<text class=\"heading\" x=\"").append(Svg.number(place.x())).append("\" y=\"16\">");
        out.append(Svg.escape(kinds)).append("</text>");
    }

    private static void line(
            StringBuilder out, @Nullable Place from, @Nullable Place to) {
        if (from == null || to == null) {
            return;
        }
        double y1 = from.y() + HEIGHT / 2;
        double y2 = to.y() + HEIGHT / 2;
        boolean same = from.column() == to.column();
        double x1 = from.x() + WIDTH;
        double x2 = same ? to.x() + WIDTH : to.x();
        double bend = same ? x1 + GAP_X / 2 : (x1 + x2) / 2;
        out.append("<path class=\"edge\" d=\"M").append(Svg.number(x1)).append(' ').append(Svg.number(y1)).append('C');
        out.append(Svg.number(bend)).append(' ').append(Svg.number(y1)).append(' ').append(Svg.number(bend));
        out.append(' ').append(Svg.number(y2)).append(' ').append(Svg.number(x2)).append(' ').append(Svg.number(y2));
        out.append("\"/>");
    }

    private static void node(StringBuilder out, LineageNode node, Map<String, Place> places, boolean start) {
        Place place = places.get(node.id());
        if (place == null) {
            return;
        }
        String label = node.label().length() > LETTERS ? node.label().substring(0, LETTERS - 1) + "…" : node.label();
        out.append("<a href=\"").append(Svg.escape(address(node.id(), 2))).append("\"><title>");
        out.append(Svg.escape(node.kind().word() + " " + node.label()));
        out.append("</title><rect class=\"node").append(start ? " start" : "").append("\" x=\"");
        out.append(Svg.number(place.x())).append("\" y=\"").append(Svg.number(place.y())).append("\" width=\"");
        out.append(Svg.number(WIDTH)).append("\" height=\"").append(Svg.number(HEIGHT)).append("\" rx=\"4\"/>");
        out.append("<text class=\"name\" x=\"").append(Svg.number(place.x() + 8)).append("\" y=\"");
        out.append(Svg.number(place.y() + HEIGHT / 2 + 4)).append("\">").append(Svg.escape(label)).append("</text></a>");
    }
}
