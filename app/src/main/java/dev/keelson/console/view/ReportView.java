package dev.keelson.console.view;

import java.util.List;

/**
 * A drift report, in the console or alone.
 *
 * @param model whose inputs were checked
 * @param verdict of the set of columns
 * @param headline the verdict in a few words
 * @param reason the rule's sentence with its counts
 * @param facts rule, window, reference, counts
 * @param rule the rule in words
 * @param worst charts of the worst columns
 * @param findings what was found besides, a sentence each
 * @param outputs the model's answers, as columns
 * @param features worst first
 * @param trend whether the features carry a trend
 * @param weighed whether the features carry a share of a model's importance
 */
public record ReportView(
        String model,
        Badge verdict,
        String headline,
        String reason,
        List<Fact> facts,
        String rule,
        List<Markup> worst,
        List<String> findings,
        List<FeatureRow> outputs,
        List<FeatureRow> features,
        boolean trend,
        boolean weighed) {}
