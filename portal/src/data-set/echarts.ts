/** The parts of ECharts that the page needs, loaded when the first chart is shown. https://echarts.apache.org/handbook/en/basics/import */
import { BarChart, RadarChart } from 'echarts/charts';
import { GridComponent, RadarComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, RadarChart, GridComponent, RadarComponent, TooltipComponent, SVGRenderer]);

export { init };
