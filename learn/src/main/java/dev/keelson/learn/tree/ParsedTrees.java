package dev.keelson.learn.tree;

import java.util.ArrayList;
import java.util.List;

/**
 * The trees of one file.
 *
 * @param features features that a row must have
 * @param link what the margins become
 * @param base margin of each output before the first tree
 * @param trees the trees, in order
 * @param outputs the output of each tree
 */
record ParsedTrees(
        int features, TreeEnsemble.Link link, double[] base, List<TreeEnsemble.Nodes> trees, List<Integer> outputs) {

    TreeEnsemble ensemble(TreeEnsemble.Arithmetic arithmetic) {
        TreeEnsemble.Builder builder = new TreeEnsemble.Builder(features, base, link, arithmetic);
        for (int t = 0; t < trees.size(); t++) {
            builder.add(outputs.get(t), trees.get(t));
        }
        return builder.build();
    }

    /**
     * Files of one value each as one, with an output for each file.
     *
     * @throws IllegalArgumentException if one of them tells anything but one value, or reads other features
     */
    static ParsedTrees sideBySide(List<ParsedTrees> parts, TreeEnsemble.Link link) {
        int features = parts.getFirst().features;
        double[] base = new double[parts.size()];
        List<TreeEnsemble.Nodes> trees = new ArrayList<>();
        List<Integer> outputs = new ArrayList<>();
        for (int k = 0; k < base.length; k++) {
            ParsedTrees part = parts.get(k);
            if (part.link != TreeEnsemble.Link.IDENTITY || part.base.length != 1 || part.features != features) {
                throw new IllegalArgumentException(
                        "File %d of the model must tell one value from %d features.".formatted(k, features));
            }
            base[k] = part.base[0];
            trees.addAll(part.trees);
            for (int t = 0; t < part.trees.size(); t++) {
                outputs.add(k);
            }
        }
        return new ParsedTrees(features, link, base, trees, outputs);
    }
}
