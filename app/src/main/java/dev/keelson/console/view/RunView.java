package dev.keelson.console.view;

import java.util.List;

/**
 * The page of a run.
 *
 * @param shell what every page shares
 * @param id its id
 * @param status where it stands
 * @param facts model, times, version
 * @param columns headers of the metrics table
 * @param metrics on the untouched test period
 * @param others all other metrics
 * @param params parameters
 * @param provenance what it was made of
 * @param artifacts its files
 * @param links its pages beside this one
 * @param slices how it did on parts of its test period
 * @param curves how its members learned, and its metrics over their steps; none where there are none
 * @param note what a person wrote about it, or empty
 * @param deleted whether it was deleted
 */
public record RunView(
        Shell shell,
        String id,
        Badge status,
        List<Fact> facts,
        List<String> columns,
        List<MetricRow> metrics,
        List<Fact> others,
        List<Fact> params,
        List<Fact> provenance,
        List<Fact> artifacts,
        List<Section.Link> links,
        Section slices,
        List<Section> curves,
        String note,
        boolean deleted) {}
