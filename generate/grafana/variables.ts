import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The data source that the variable of that name holds. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's
export const datasource = {type: 'prometheus', uid: '${datasource}'};

export const datasourceVariable = (): DatasourceVariableBuilder =>
  new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

/**
 * The values that a label has in the time range, several at once; at first all, which also takes series without it.
 * @param metric a selector of the series that have it.
 */
export const labelVariable = (label: string, title: string, metric: string, name: string) =>
  new QueryVariableBuilder(name)
    .label(title)
    .datasource(datasource)
    .query(`label_values(${metric}, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({text: 'All', value: '$__all'});

export const textVariable = (name: string, title: string, byDefault: string, description: string) =>
  new TextBoxVariableBuilder(name)
    .label(title)
    .description(description)
    .defaultValue(byDefault)
    .current({text: byDefault, value: byDefault});

export const choiceVariable = (name: string, title: string, choices: readonly string[], byDefault: string) =>
  new CustomVariableBuilder(name)
    .label(title)
    .values(choices.join(','))
    .current({text: byDefault, value: byDefault});
